// Everything that the inspector's pages need; loaded when one of them is shown.
import "./picture.js";
import "./steps.js";
import "./gates.js";
import "./waterfall.js";
import "./drawer.js";
import "./flow-page.js";
import "./flow-list.js";
