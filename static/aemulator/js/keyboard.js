// The keys that work on every page: "g" and a letter go to a section, "/" searches, "?" lists them all. One switch turns all off.
import { closeMenus } from "./menus.js";

const SHORTCUTS_OFF = "aemulator-shortcuts-off";
const PREFIX_LASTS = 1500; // milliseconds in which the letter after "g" counts

let prefixed = 0;

export const shortcutsOn = () => !localStorage.getItem(SHORTCUTS_OFF);

/** Whether a single key is a command now: not while typing, not behind a dialog, not when switched off. */
export function isCommand(event) {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return false;
  if (!shortcutsOn()) return false;
  return !event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

// In the capturing phase: the letter after "g" is no command of the page.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closeMenus()) event.preventDefault();
  if (!isCommand(event) || event.ctrlKey || event.metaKey) return;
  if (performance.now() < prefixed) goTo(event);
  else if (event.key === "g") prefixed = performance.now() + PREFIX_LASTS;
  else if (event.key === "/") focusSearch(event);
  else if (event.key === "?") document.getElementById("dialog-shortcuts").showModal();
}, true);

function goTo(event) {
  prefixed = 0;
  const link = document.querySelector(`.shell nav a[data-letter="${CSS.escape(event.key)}"]`);
  event.preventDefault();
  link?.click();
}

function focusSearch(event) {
  event.preventDefault();
  const search = document.getElementById("search");
  search.focus();
  search.select();
}

/** Every checkbox [data-shortcuts] shows whether the keys are on, and switches them. */
export function showShortcuts() {
  for (const box of document.querySelectorAll("[data-shortcuts]")) box.checked = shortcutsOn();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-shortcuts]")) return;
  if (event.target.checked) localStorage.removeItem(SHORTCUTS_OFF);
  else localStorage.setItem(SHORTCUTS_OFF, "1");
  showShortcuts();
});
showShortcuts();
