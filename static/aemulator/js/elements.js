// The elements that only some pages have. A page names its modules itself, in its head; when pages are swapped, the head
// stays, and the module is fetched here with the first page that has its element.
const MODULES = {
  "health-panel": "./start-panels.js",
  "environment-block": "./start-panels.js",
  "asset-collection": "./asset-collection.js",
  "asset-columns": "./asset-columns.js",
  "asset-page": "./asset-page.js",
  "node-browser": "./node-browser.js",
  "state-panel": "./state-panel.js",
  "recent-flows": "./recent-flows.js",
  "profile-trial": "./profile-trial.js",
  "live-log": "./live-log.js",
  "publish-form": "./publish-form.js",
  "post-button": "./post-button.js",
  "metadata-form": "./metadata-form.js",
  "profile-list": "./profile-list.js",
  "profile-editor": "./profile-editor.js",
  "flow-list": "./flow/flow-list.js",
  "flow-page": "./flow/flow-page.js",
  "flow-lesson": "./flow/lesson.js",
  "faults-page": "./flow/faults-page.js",
};

/** Fetches what the page needs; again for what was swapped in. */
export function define(root = document) {
  for (const [name, module] of Object.entries(MODULES)) {
    if (!customElements.get(name) && root.querySelector(name)) import(module);
  }
}

define();
document.body.addEventListener("htmx:afterSwap", () => define());
document.body.addEventListener("htmx:historyRestore", () => define());
