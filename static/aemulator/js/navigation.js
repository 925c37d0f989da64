// What surrounds the swapping of pages by htmx: focus, current section, errors.
import { _ } from "./i18n.js";
import { complain, icon } from "./notices.js";
import { isCommand, showShortcuts } from "./keyboard.js";
import { queue } from "./upload-queue.js";

export { isCommand };

/** Goes to a page of this UI as its links do, without tearing down what outlives a page. */
export function visit(url) {
  const link = Object.assign(document.createElement("a"), { href: url, hidden: true });
  document.getElementById("shell").append(link);
  window.htmx.process(link);
  link.click();
  link.remove();
}

function afterSwap() {
  const main = document.getElementById("main");
  for (const link of document.querySelectorAll(".shell nav a[data-section]")) {
    if (link.dataset.section === main.dataset.section) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const current = document.querySelector(".shell nav [aria-current]");
  document.querySelector(".sections-button .current").textContent = current?.textContent ?? "";
  showShortcuts();
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

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-opens]")?.dataset.opens;
  if (key) document.getElementById(`dialog-${key}`).showModal();
});

document.getElementById("dialog-shortcuts").addEventListener("close", showShortcuts);

addEventListener("beforeunload", (event) => {
  if (queue.uploads.some((upload) => upload.isActive)) event.preventDefault();
});
