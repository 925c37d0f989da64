// Everything that the pages' elements need; each module defines what it is named after.
import "./live.js";
import "./live-region.js";
import "./relative-time.js";
import "./copy-button.js";
import "./theme-switch.js";
import "./start-panels.js";
import "./asset-collection.js";
import "./asset-columns.js";
import "./asset-page.js";
import "./upload-dock.js";
import "./profile-list.js";
import "./profile-editor.js";
import "./navigation.js";
import "./folder-dialogs.js";
