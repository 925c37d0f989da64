// JSON that can be folded: <details> for each object and list, open near the top.
import { _, ngettext } from "../i18n.js";
import { element } from "../notices.js";

const OPEN_DEPTH = 3;
const MOST = 500; // entries of one object or list

/** The element for a value. */
export function jsonView(value, key = null, depth = 0) {
  if (value === null || typeof value !== "object") return leaf(value, key);
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item]) : Object.entries(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (!entries.length) return element("div", { className: "json-line" }, ...keyOf(key), element("span", { className: "json-mark" }, open + close));
  const count = element("span", { className: "json-count" }, ngettext("%(count)s entry", "%(count)s entries", entries.length));
  const summary = element("summary", {}, ...keyOf(key), element("span", { className: "json-mark" }, open), count, element("span", { className: "json-mark json-close" }, close));
  const inner = element("div", { className: "json-inner" });
  const fold = element("details", { className: "json-fold", open: depth < OPEN_DEPTH }, summary, inner);
  const fillIn = () => {
    if (inner.hasChildNodes()) return;
    const shown = entries.slice(0, MOST).map(([name, item]) => jsonView(item, Array.isArray(value) ? null : name, depth + 1));
    inner.append(...shown);
    if (entries.length > MOST) inner.append(element("div", { className: "json-line soft" }, ngettext("%(count)s more", "%(count)s more", entries.length - MOST)));
  };
  if (fold.open) fillIn();
  else fold.addEventListener("toggle", fillIn, { once: true });
  return fold;
}

const keyOf = (key) => (key === null ? [] : [element("span", { className: "json-key" }, `${key}: `)]);

function leaf(value, key) {
  const kind = value === null ? "null" : typeof value;
  return element("div", { className: "json-line" }, ...keyOf(key), element("span", { className: `json-${kind}` }, JSON.stringify(value)));
}

/** The value of a JSON text; undefined when it is none (cut off, say). */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const notJson = () => _("This is not complete JSON; as it was sent:");
