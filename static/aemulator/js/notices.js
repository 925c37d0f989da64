// Short notes in the corner, and counts said to screen readers.
import { _ } from "./i18n.js";

/** `icon("check")`, from the page's symbol file. */
export function icon(name, extra = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** `element("p", { className: "meta" }, "text", child)` */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function iconButton(name, label, act, className = "button quiet icon-only small") {
  const button = element("button", { type: "button", className, onclick: act }, icon(name));
  button.setAttribute("aria-label", label);
  button.title = label;
  return button;
}

export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

function toast(kind, symbol, text, lifetime, action) {
  const note = element("div", { className: `toast ${kind}` }, icon(symbol), element("div", {}, text));
  if (action) note.append(element("button", { type: "button", className: "button small", onclick: () => (note.remove(), action.act()) }, action.label));
  note.append(iconButton("x", _("Dismiss"), () => note.remove()));
  document.getElementById("toasts").append(note);
  if (lifetime) setTimeout(() => note.remove(), lifetime);
}

/** What was done; `action` {label, act} is something to do about it, and gives more time. */
export const say = (text, action) => toast("good", "check-round", text, action ? 12_000 : 5000, action);

/** What failed, until it is dismissed. */
export const complain = (text) => toast("bad", "alert", text, 0);
