// The inspector's modules come with its first page, not before.
const load = () => document.querySelector("[data-needs=flow]") && import("./flow/pages.js");

document.body.addEventListener("htmx:afterSettle", load);
document.body.addEventListener("htmx:historyRestore", load);
load();
