// One property of the metadata form: its values as they are typed, what is wrong with them, and how they are saved.
import { _, fill } from "./i18n.js";
import { element, icon } from "./notices.js";

const METADATA = "./jcr:content/metadata/";
const WHOLE = /^[+-]?\d{1,19}$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Fields of a Sling POST that turn the values `before` into `after`. Several texts are patched: others' stay. */
export function changeOf({ name, type, multiple }, before, after) {
  const key = METADATA + name;
  if (multiple && type === "String") {
    const added = after.filter((text) => !before.includes(text)).map((text) => [key, `+${text}`]);
    const gone = before.filter((text) => !after.includes(text)).map((text) => [key, `-${text}`]);
    return [[`${key}@TypeHint`, "String[]"], [`${key}@Patch`, "true"], ...added, ...gone];
  }
  if (!after.length) return [[`${key}@Delete`, "true"]];
  return [[`${key}@TypeHint`, multiple ? `${type}[]` : type], ...after.map((text) => [key, text])];
}

export class MetadataField {
  constructor(node) {
    Object.assign(this, { node, name: node.dataset.property, type: node.dataset.type, multiple: node.dataset.multiple === "true" });
    this.input = node.querySelector("input, textarea, select");
    this.tokens = node.querySelector(".tokens");
    if (this.tokens) this.becomeTokens();
  }

  get isWritable() {
    return Boolean(this.input);
  }

  get stored() {
    return JSON.parse(this.node.dataset.stored);
  }

  set stored(texts) {
    this.node.dataset.stored = JSON.stringify(texts);
  }

  get values() {
    if (!this.tokens) return this.input.value === "" ? [] : [this.input.value];
    return [...this.tokens.querySelectorAll("li")].map((token) => token.dataset.value);
  }

  set values(texts) {
    if (this.tokens) this.tokens.replaceChildren(...texts.map((text) => this.token(text)));
    else this.input.value = texts[0] ?? "";
  }

  get isDirty() {
    if (!this.isWritable) return false;
    const pending = this.tokens && this.input.value.trim();
    return Boolean(pending) || JSON.stringify(this.values) !== JSON.stringify(this.stored);
  }

  reset() {
    this.values = this.stored;
    if (this.tokens) this.input.value = "";
    this.say("");
    this.showTheirs(null);
  }

  /** Takes what stands in the input of a list, then says whether everything is right. */
  check() {
    if (this.tokens) this.add();
    const words = this.values.map((text) => problemOf(this.type, text)).find(Boolean) ?? "";
    this.say(words);
    return !words;
  }

  say(words) {
    this.node.querySelector(".problem").textContent = words;
    this.input.setAttribute("aria-invalid", String(Boolean(words)));
  }

  /** What somebody else wrote meanwhile, while this person's own words stay in the field. */
  showTheirs(texts) {
    const note = this.node.querySelector(".theirs");
    note.hidden = texts === null;
    if (texts === null) return;
    const take = element("button", { type: "button", className: "button small" }, _("Take it"));
    take.onclick = () => {
      this.stored = texts;
      this.reset();
      this.node.dispatchEvent(new Event("input", { bubbles: true }));
    };
    note.replaceChildren(fill(_("Meanwhile somebody wrote “%(text)s”. "), { text: texts.join(", ") }), take);
  }

  // --- several values ------------------------------------------------------------------------------------------------

  becomeTokens() {
    this.values = this.stored;
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.add());
  }

  key(event) {
    if (event.key === "Enter" && this.input.value.trim()) {
      event.preventDefault();
      this.add();
    } else if (event.key === "Backspace" && !this.input.value) {
      event.preventDefault();
      this.tokens.lastElementChild?.remove();
      this.changed();
    }
  }

  add() {
    const text = this.input.value.trim();
    if (!text) return;
    if (!this.values.includes(text)) this.tokens.append(this.token(text));
    this.input.value = "";
    this.changed();
  }

  token(text) {
    const remove = element("button", { type: "button" }, icon("x"));
    remove.setAttribute("aria-label", fill(_("Remove %(text)s"), { text }));
    const token = element("li", {}, element("span", {}, text), remove);
    token.dataset.value = text;
    remove.onclick = () => {
      token.remove();
      this.input.focus();
      this.changed();
    };
    return token;
  }

  changed() {
    this.node.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function problemOf(type, text) {
  if (type === "Long" && !WHOLE.test(text)) return _("A Long is a whole number, such as 42.");
  if (["Double", "Decimal"].includes(type) && !NUMBER.test(text)) return _("This is not a number, such as 3.5.");
  if (type === "Date" && !(DATE.test(text) && !Number.isNaN(Date.parse(text)))) return _("A date is written as 2026-05-31T18:30:00Z.");
  return "";
}
