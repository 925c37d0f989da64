// Pause, step, slow motion, breakpoints, for one flow or for all: <flow-gates scope="all | id">.
import { _, fill, ngettext } from "../i18n.js";
import { Follower } from "../live.js";
import { complain, element, icon } from "../notices.js";
import { changeGates, gates, stepGate } from "./api.js";
import { steps } from "./system.js";

// Before which steps something can be held: 3 is the answer to 2, and a worker goes from 4 to 5 without asking.
const GATES = [2, 4, 6, 7];

class FlowGates extends HTMLElement {
  connectedCallback() {
    if (!this.modes) this.build();
    this.follower = new Follower(() => this.refresh(), 300, "flow");
    this.follower.start();
    this.follower.ask();
  }

  disconnectedCallback() {
    this.follower.stop();
  }

  get scope() {
    return this.getAttribute("scope") ?? "all";
  }

  build() {
    const mode = (key, symbol, words, title) => {
      const button = element("button", { type: "button", className: "mode", title, onclick: () => this.change({ mode: key }) }, icon(symbol), words);
      button.dataset.mode = key;
      button.setAttribute("aria-pressed", "false");
      return button;
    };
    this.modes = [
      mode("run", "play", _("Run"), _("Let everything go on")),
      mode("pause", "pause", _("Pause"), _("Hold before the next step")),
      mode("slow", "slow", _("Slow"), _("Wait a little before each step")),
    ];
    this.stepper = element("button", { type: "button", className: "button small", title: _("Let what is held go to its next gate"), onclick: () => this.step() }, icon("step"), _("Step"));
    this.stepper.dataset.act = "step";
    this.breaks = GATES.map((n) => {
      const title = fill(_("Breakpoint before step %(n)s, %(title)s"), { n, title: steps()[n - 1].title });
      const button = element("button", { type: "button", className: "breakpoint", title, onclick: () => this.toggle(n) }, String(n));
      button.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-label", title);
      return button;
    });
    this.held = element("p", { className: "held", role: "status" });
    const group = (label, className, ...children) => {
      const made = element("div", { className }, ...children);
      made.setAttribute("role", "group");
      made.setAttribute("aria-label", label);
      return made;
    };
    this.replaceChildren(
      group(_("How it runs"), "modes", ...this.modes), this.stepper,
      group(_("Breakpoints"), "breakpoints", element("span", { className: "soft" }, _("Stop before")), ...this.breaks), this.held);
  }

  async refresh() {
    this.show(await gates());
  }

  show(state) {
    const own = this.scope === "all" ? state.all : (state.flows?.[this.scope] ?? {});
    this.state = { mode: "run", breakpoints: [], ...state.all, ...(this.scope === "all" ? {} : { mode: "run", breakpoints: [] }), ...own };
    this.heldJobs = state.held.filter((one) => this.scope === "all" || one.flow === this.scope);
    for (const button of this.modes) button.setAttribute("aria-pressed", String(button.dataset.mode === this.state.mode));
    this.breaks.forEach((button, index) => button.setAttribute("aria-pressed", String(this.state.breakpoints.includes(GATES[index]))));
    this.stepper.disabled = !this.heldJobs.length;
    this.held.replaceChildren(...this.heldWords());
    this.classList.toggle("is-holding", this.heldJobs.length > 0);
    this.dispatchEvent(new CustomEvent("gates", { detail: { held: this.heldJobs, ...this.state }, bubbles: true }));
  }

  heldWords() {
    if (!this.heldJobs.length) return [];
    const [first] = this.heldJobs;
    const words = this.scope === "all"
      ? ngettext("%(count)s flow is held: Step or Run lets it go on.", "%(count)s flows are held: Step or Run lets them go on.", new Set(this.heldJobs.map((one) => one.flow)).size)
      : fill(_("Held before step %(n)s, %(title)s: Step or Run lets it go on."), { n: first.step, title: steps()[first.step - 1].title });
    return [icon("pause"), words];
  }

  toggle(n) {
    const set = new Set(this.state?.breakpoints ?? []);
    if (!set.delete(n)) set.add(n);
    this.change({ breakpoints: [...set].sort() });
  }

  async change(change) {
    await this.tried(() => changeGates(this.scope, change));
  }

  async step() {
    await this.tried(() => stepGate(this.scope));
  }

  /** Pause when it runs, run when it is paused. */
  async turn() {
    await this.change({ mode: this.state?.mode === "pause" || this.heldJobs?.length ? "run" : "pause" });
  }

  async tried(act) {
    try {
      await act();
      await this.refresh();
    } catch (error) {
      if (error.status === undefined) throw error;
      complain(error.message);
    }
  }
}

customElements.define("flow-gates", FlowGates);
