// The metadata of an asset: saves what was changed and nothing else, and keeps one's words when others save too.
import { _, fill, ngettext } from "./i18n.js";
import { MetadataField, changeOf } from "./metadata-field.js";
import { announce, element, say } from "./notices.js";
import { postProperties } from "./repository.js";

const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*(:[\p{L}\p{N}_.-]+)?$/u;
const RESERVED = /^(jcr|rep|oak|sling|dam):/;
// An empty value of these is now, and who is signed in.
const TOUCHED = [["./jcr:content/jcr:lastModified", ""], ["./jcr:content/jcr:lastModifiedBy", ""]];

class MetadataForm extends HTMLElement {
  connectedCallback() {
    if (!this.fields) this.begin();
    this.keys = (event) => this.key(event);
    this.leaving = (event) => this.leave(event);
    document.addEventListener("keydown", this.keys);
    document.addEventListener("htmx:beforeRequest", this.leaving);
    addEventListener("beforeunload", this.leaving);
  }

  begin() {
    this.form = this.querySelector("form");
    this.fields = new Map();
    for (const node of this.querySelectorAll(".meta-field")) this.adopt(node);
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("input", () => this.showChanges());
    this.form.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")?.dataset.act));
    this.slotted("foot").hidden = true;
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.keys);
    document.removeEventListener("htmx:beforeRequest", this.leaving);
    removeEventListener("beforeunload", this.leaving);
  }

  slotted(name) {
    return this.querySelector(`[data-slot="${name}"]`);
  }

  adopt(node) {
    this.fields.set(node.dataset.property, new MetadataField(node));
  }

  get dirty() {
    return [...this.fields.values()].filter((field) => field.isDirty);
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "s" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (this.dirty.length) this.form.requestSubmit();
    else announce(_("There is nothing to save."));
  }

  /** Unsaved words are not left behind without a question. */
  leave(event) {
    if (!this.dirty.length) return;
    if (event.type === "beforeunload") event.preventDefault();
    else if (event.detail.boosted && !confirm(_("Leave this page? What you changed in the metadata is not saved."))) event.preventDefault();
  }

  act(act) {
    if (act === "discard") this.discard();
    if (act === "add-property") this.addProperty();
  }

  discard() {
    for (const field of this.dirty) {
      if (field.isNew) this.forget(field);
      else field.reset();
    }
    this.showChanges();
  }

  forget(field) {
    field.node.remove();
    this.fields.delete(field.name);
  }

  showChanges(problem = "") {
    const count = this.dirty.length;
    this.slotted("foot").hidden = count === 0;
    this.slotted("foot").classList.toggle("is-refused", Boolean(problem));
    this.slotted("changes").textContent = problem || (count ? ngettext("%(count)s change not saved", "%(count)s changes not saved", count) : "");
  }

  // --- saving --------------------------------------------------------------------------------------------------------

  async submit(event) {
    event.preventDefault();
    const dirty = this.dirty;
    const wrong = dirty.filter((field) => !field.check());
    if (wrong.length) return wrong[0].input.focus();
    if (!dirty.length || this.saving) return null;
    const changes = dirty.map((field) => ({ field, before: field.stored, after: field.values }));
    return this.save(changes, () => say(_("Metadata saved."), { label: _("Undo"), act: () => this.undo(changes) }));
  }

  async save(changes, done) {
    this.saving = true;
    this.form.setAttribute("aria-busy", "true");
    try {
      await postProperties(this.dataset.path, [...changes.flatMap(({ field, before, after }) => changeOf(field, before, after)), ...TOUCHED]);
      for (const { field, after } of changes) this.saved(field, after);
      this.showChanges();
      done();
    } catch (error) {
      this.showChanges(fill(_("Not saved: %(reason)s Your words are still here; Discard brings back what is stored."), { reason: error.message }));
    }
    this.saving = false;
    this.form.removeAttribute("aria-busy");
  }

  saved(field, texts) {
    field.stored = texts;
    field.isNew = false;
    if (field.node.isConnected) field.reset();
  }

  undo(changes) {
    const back = changes.map(({ field, before, after }) => ({ field: this.fields.get(field.name) ?? field, before: after, after: before }));
    this.save(back, () => say(_("The change was taken back.")));
  }

  // --- what others saved ---------------------------------------------------------------------------------------------

  /** The form as the server has it now: fields that this person is changing stay as they are. */
  merge(fresh) {
    this.querySelector(".fold > summary .soft").textContent = fresh.querySelector(".fold > summary .soft").textContent;
    const nodes = new Map([...fresh.querySelectorAll(".meta-field")].map((node) => [node.dataset.property, node]));
    for (const [name, field] of this.fields) {
      const node = nodes.get(name);
      if (!node && !field.isDirty) this.forget(field);
      if (node) this.mergeField(field, node);
      nodes.delete(name);
    }
    for (const node of nodes.values()) {
      this.slotted("others").append(node);
      this.adopt(node);
    }
    this.showChanges();
  }

  mergeField(field, node) {
    if (field.node.dataset.stored === node.dataset.stored && field.type === node.dataset.type) return;
    if (field.isDirty) return field.showTheirs(JSON.parse(node.dataset.stored));
    const focused = field.node.contains(document.activeElement);
    field.node.replaceWith(node);
    this.adopt(node);
    if (focused) node.querySelector("input, textarea, select")?.focus();
  }

  // --- a new property ------------------------------------------------------------------------------------------------

  addProperty() {
    const [name, type] = [this.querySelector("#meta-new-name"), this.querySelector("#meta-new-type")];
    const problem = this.problemOf(name.value.trim());
    this.querySelector("#meta-new-problem").textContent = problem;
    if (problem) return name.focus();
    const node = fieldFor(name.value.trim(), type.value);
    this.slotted("others").append(node);
    this.adopt(node);
    const field = this.fields.get(node.dataset.property);
    field.isNew = true;
    name.value = "";
    this.showChanges();
    return field.input.focus();
  }

  problemOf(name) {
    if (!NAME.test(name)) return _("A property is called like dc:language: letters, digits, _ . - and at most one colon.");
    if (RESERVED.test(name)) return _("The repository keeps properties of that prefix itself.");
    if (this.fields.has(name)) return fill(_("There is a property %(name)s already."), { name });
    return "";
  }
}

/** As templates/ui/metadata_field.html renders one. */
function fieldFor(name, typeLabel) {
  const type = typeLabel.replace("[]", "");
  const id = `meta-${name.replace(":", "-")}`;
  const input = type === "Boolean" ? element("select", { className: "select" }, element("option", {}, "true"), element("option", {}, "false")) : element("input", { className: "input", autocomplete: "off" });
  input.id = id;
  input.setAttribute("aria-describedby", `${id}-problem`);
  const problem = element("p", { className: "problem", id: `${id}-problem` });
  problem.setAttribute("role", "alert");
  const tokens = type === typeLabel ? [] : [element("ul", { className: "tokens" })];
  for (const list of tokens) list.setAttribute("aria-label", name);
  const node = element("div", { className: "meta-field" }, element("label", { htmlFor: id }, name), element("span", { className: "kind" }, typeLabel), ...tokens, input, problem, element("p", { className: "theirs", hidden: true }));
  Object.assign(node.dataset, { property: name, type, multiple: String(tokens.length > 0), stored: "[]" });
  return node;
}

customElements.define("metadata-form", MetadataForm);
