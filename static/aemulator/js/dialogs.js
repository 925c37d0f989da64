// The native dialogs of the page: opened, filled in, and answered as a promise.
import { problemOf } from "./names.js";
import { element } from "./notices.js";

const SHOWN_NAMES = 50;

/**
 * Opens `dialog-<key>`; resolves to {action, values} or to null when it was cancelled.
 * `slots` fill its data-slot elements (a text, a list of names, or a function that gets the element), `values` its fields.
 */
export function ask(key, slots = {}, values = {}) {
  const dialog = document.getElementById(`dialog-${key}`);
  const form = dialog.querySelector("form");
  form.reset();
  for (const [name, content] of Object.entries(slots)) fillSlot(dialog.querySelector(`[data-slot="${name}"]`), content);
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  for (const problem of dialog.querySelectorAll(".problem")) problem.textContent = "";
  dialog.returnValue = "";
  dialog.showModal();
  selectStem(form.querySelector("input:not([type=radio], [type=checkbox], [hidden] *)"));
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(answerOf(dialog, form)), { once: true }));
}

function answerOf(dialog, form) {
  if (!dialog.returnValue) return null;
  return { action: dialog.returnValue, values: Object.fromEntries(new FormData(form)) };
}

function fillSlot(slot, content) {
  if (typeof content === "function") content(slot);
  else if (Array.isArray(content)) slot.replaceChildren(...listOf(content));
  else slot.textContent = content;
}

function listOf(names) {
  const items = names.slice(0, SHOWN_NAMES).map((name) => element("li", {}, name));
  if (names.length > SHOWN_NAMES) items.push(element("li", { className: "soft" }, `+ ${names.length - SHOWN_NAMES}`));
  return items;
}

// `photo` of `photo.jpg`: what people change when they rename.
function selectStem(input) {
  if (!input) return;
  input.focus();
  const dot = input.value.lastIndexOf(".");
  input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
}

/** Says what is wrong with a name while it is typed, and keeps the dialog open until it is right. */
export function watchName(dialog, input, isWanted = () => true) {
  const problem = document.getElementById(input.getAttribute("aria-describedby").split(" ")[0]);
  const check = () => {
    const words = isWanted() ? problemOf(input.value) : "";
    problem.textContent = input.value ? words : "";
    input.setAttribute("aria-invalid", String(Boolean(words && input.value)));
    input.setCustomValidity(words);
  };
  input.addEventListener("input", check);
  dialog.addEventListener("close", check);
  return check;
}
