// What surrounds the swapping of pages by htmx: focus, current section, menus, errors; and the keys that work everywhere.
import { _ } from "./i18n.js";
import { complain, icon } from "./notices.js";
import { queue } from "./upload-queue.js";

const SHORTCUTS_OFF = "aemulator-shortcuts-off";

/** Whether a single key is a command now: not while typing, not behind a dialog, not when switched off. */
export function isCommand(event) {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return false;
  if (localStorage.getItem(SHORTCUTS_OFF)) return false;
  return !event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

/** Goes to a page of this UI as its links do, without tearing down what outlives a page. */
export function visit(url) {
  const link = Object.assign(document.createElement("a"), { href: url, hidden: true });
  document.getElementById("shell").append(link);
  window.htmx.process(link);
  link.click();
  link.remove();
}

const showCurrentSection = () => document.querySelector(".shell nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

function afterSwap() {
  const main = document.getElementById("main");
  for (const link of document.querySelectorAll(".shell nav a[data-section]")) {
    if (link.dataset.section === main.dataset.section) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  showCurrentSection();
  document.getElementById("search").value = main.dataset.search ?? "";
  document.getElementById("shell-search").setAttribute("action", main.dataset.searchAction ?? "/assets.html/content/dam");
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "main" && event.detail.elt?.id !== "main") return;
  afterSwap();
  const main = document.getElementById("main");
  if (!main.contains(document.activeElement)) main.focus({ preventScroll: true }); // unless the new page knows better
});
document.body.addEventListener("htmx:historyRestore", afterSwap);
showCurrentSection();

// A page that does not exist is shown like any other; a fragment that does not is no reason to tear the page.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, boosted } = event.detail;
  if (!boosted || xhr.status < 400) return;
  event.detail.shouldSwap = xhr.responseText.includes('id="main"');
  event.detail.isError = !event.detail.shouldSwap;
});
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.body.addEventListener(failure, () => complain(_("The server did not answer that request. Try again.")));
}

// A picture that no browser can show gives way to a symbol.
const broken = (image) => image.closest(".mini, .picture") && image.replaceWith(icon("image", "icon-l"));
document.addEventListener("error", (event) => event.target.localName === "img" && broken(event.target), true);
for (const image of document.images) if (image.complete && !image.naturalWidth && image.loading !== "lazy") broken(image);

// Menus close when something else is clicked, and by Esc.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || event.target.closest(".menu-list")) menu.open = false;
  }
});

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-opens]")?.dataset.opens;
  if (key) document.getElementById(`dialog-${key}`).showModal();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenu(event);
  if (!isCommand(event) || event.ctrlKey || event.metaKey) return;
  if (event.key === "/") focusSearch(event);
  if (event.key === "?") document.getElementById("dialog-shortcuts").showModal();
});

function closeMenu(event) {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.preventDefault();
}

function focusSearch(event) {
  event.preventDefault();
  const search = document.getElementById("search");
  search.focus();
  search.select();
}

const switched = document.getElementById("shortcuts-on");
switched.checked = !localStorage.getItem(SHORTCUTS_OFF);
switched.addEventListener("change", () => {
  if (switched.checked) localStorage.removeItem(SHORTCUTS_OFF);
  else localStorage.setItem(SHORTCUTS_OFF, "1");
});
document.getElementById("dialog-shortcuts").addEventListener("close", () => (switched.checked = !localStorage.getItem(SHORTCUTS_OFF)));

addEventListener("beforeunload", (event) => {
  if (queue.uploads.some((upload) => upload.isActive)) event.preventDefault();
});
