// What every page needs; each module defines what it is named after. What only some pages have: elements.js.
import "./live.js";
import "./live-region.js";
import "./relative-time.js";
import "./copy-button.js";
import "./theme-switch.js";
import "./upload-dock.js";
import "./menus.js";
import "./keyboard.js";
import "./faults-banner.js";
import "./navigation.js";
import "./folder-dialogs.js";
import "./elements.js";
