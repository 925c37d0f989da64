// The seven steps as a list: <flow-steps>. What the picture shows, in words; the chosen step tells more.
import { _, fill } from "../i18n.js";
import { element } from "../notices.js";
import { STEP_NUMBERS, steps } from "./system.js";
import { stateMark, stateWords } from "./words.js";

class FlowSteps extends HTMLElement {
  connectedCallback() {
    if (this.items) return;
    const texts = steps();
    this.items = STEP_NUMBERS.map((n) => this.item(n, texts[n - 1]));
    this.replaceChildren(element("ol", { className: "flow-steps" }, ...this.items.map(({ root }) => root)));
    this.items[0].root.parentElement.setAttribute("aria-label", _("The seven steps"));
    this.addEventListener("click", (event) => {
      const n = Number(event.target.closest("button[data-step]")?.dataset.step);
      if (n) this.dispatchEvent(new CustomEvent("step-chosen", { detail: { n }, bubbles: true }));
    });
  }

  item(n, { title, sentence, real, page }) {
    const state = element("span", { className: "step-state" });
    const number = element("span", { className: "step-number" }, String(n));
    const button = element("button", { type: "button", className: "step-button" }, number, element("span", { className: "step-title" }, title), state);
    button.dataset.step = n;
    button.setAttribute("aria-expanded", "false");
    const reason = element("p", { className: "step-reason", hidden: true });
    const more = element("div", { className: "step-more", id: `step-more-${n}`, hidden: true },
      element("p", {}, element("strong", {}, _("In real AEM: ")), real),
      element("p", { className: "soft" }, fill(_("Adobe’s page: “%(page)s”"), { page })));
    button.setAttribute("aria-controls", more.id);
    const facts = element("p", { className: "step-facts soft", hidden: true });
    const root = element("li", { className: "flow-step" }, button, element("p", { className: "step-sentence" }, sentence), reason, facts, more);
    root.dataset.state = "waiting";
    return { n, root, button, state, reason, facts, more };
  }

  /** [{n, state, reason, facts}] */
  set steps(list) {
    for (const { n, state, reason = "", facts = "" } of list) {
      const item = this.items[n - 1];
      if (item.root.dataset.state !== state || !item.state.hasChildNodes()) {
        item.root.dataset.state = state;
        item.state.replaceChildren(state === "waiting" && !this.hasAttribute("wordy") ? element("span", { className: "visually-hidden" }, stateWords().waiting) : stateMark(state));
      }
      item.reason.hidden = !reason;
      item.reason.textContent = reason;
      item.facts.hidden = !facts;
      item.facts.textContent = facts;
    }
  }

  set selected(n) {
    for (const item of this.items) {
      item.root.classList.toggle("is-chosen", item.n === n);
      item.button.setAttribute("aria-expanded", String(item.n === n));
      item.more.hidden = item.n !== n;
    }
  }
}

customElements.define("flow-steps", FlowSteps);
