// Two pictures of the same asset, scaled to the same box: over each other with a divider, or side by side.
import { _, fill } from "./i18n.js";
import { element, icon } from "./notices.js";

const STEP = 10; // per cent that a button moves the divider

class ImageCompare extends HTMLElement {
  /** `choices` are [{name, url, facts}]; `before` and `after` the names of those to begin with. */
  static of(choices, before, after) {
    return Object.assign(document.createElement("image-compare"), { choices, before, after });
  }

  connectedCallback() {
    if (this.box) return;
    this.left = this.side(_("Left picture"), this.before);
    this.right = this.side(_("Right picture"), this.after);
    this.range = element("input", { type: "range", min: 0, max: 100, value: 50, className: "divider" });
    this.range.setAttribute("aria-label", _("How much of the left picture is shown"));
    this.range.addEventListener("input", () => this.divide());
    this.box = element("div", { className: "compare-box" }, this.right.figure, this.left.figure, this.range);
    this.beside = element("button", { type: "button", className: "button small", onclick: () => this.toggleBeside() }, _("Side by side"));
    this.beside.setAttribute("aria-pressed", "false");
    this.append(this.box, this.tools());
    this.divide();
    this.range.focus({ preventScroll: true });
  }

  side(label, chosen) {
    const select = element("select", { className: "select" }, ...this.choices.map(({ name }) => element("option", { selected: name === chosen }, name)));
    select.setAttribute("aria-label", label);
    const picture = element("img", { alt: "" });
    const caption = element("figcaption", {});
    const side = { select, picture, caption, figure: element("figure", {}, picture, caption) };
    select.addEventListener("change", () => this.showOn(side));
    this.showOn(side);
    return side;
  }

  showOn({ select, picture, caption }) {
    const choice = this.choices.find(({ name }) => name === select.value);
    picture.src = choice.url;
    picture.alt = choice.name;
    caption.textContent = choice.facts;
  }

  tools() {
    const move = (symbol, label, by) => {
      const button = element("button", { type: "button", className: "button quiet icon-only small", onclick: () => this.move(by) }, icon(symbol));
      button.setAttribute("aria-label", label);
      button.title = label;
      return button;
    };
    this.steps = element("span", { className: "steps" }, move("prev", _("Less of the left picture"), -STEP), move("chevron", _("More of the left picture"), STEP));
    const box = (select) => element("span", { className: "select-box" }, select, icon("down"));
    return element("div", { className: "compare-tools" }, box(this.left.select), this.steps, box(this.right.select), this.beside);
  }

  move(by) {
    this.range.value = Number(this.range.value) + by;
    this.divide();
  }

  divide() {
    this.style.setProperty("--divider", `${this.range.value}%`);
    this.range.setAttribute("aria-valuetext", fill(_("%(share)s % of the left picture"), { share: this.range.value }));
  }

  toggleBeside() {
    const beside = this.classList.toggle("is-beside");
    this.beside.setAttribute("aria-pressed", String(beside));
    this.range.hidden = this.steps.hidden = beside;
  }
}

customElements.define("image-compare", ImageCompare);

export const imageCompare = ImageCompare.of;
