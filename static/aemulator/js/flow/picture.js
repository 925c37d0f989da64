// The picture of the system, alive: <flow-picture>. The list of steps beside it says the same in words.
import { _, fill } from "../i18n.js";
import { icon } from "../notices.js";
import { deployedWorkers } from "../repository.js";
import { coreWorkers } from "./api.js";
import { drawBoxes } from "./picture-boxes.js";
import { NARROW, headOf, layout, pathOf } from "./picture-layout.js";
import { ARROWS, STEP_NUMBERS, arrowsOfStep, nameOfWorker } from "./system.js";
import { svg, text } from "./svg.js";

const TRAVEL = 750; // milliseconds along an arrow
const NARROWEST = 200; // pixels; less is a page that is not laid out yet
const MOST_PULSES = 40; // on the way at once; more could not be told apart
const GLYPHS = { failed: "!", held: "❙❙" };

const CRAMPED = 820; // pixels; below it labels are one word

const labels = (width) => {
  const long = width >= CRAMPED;
  return {
    upload: width < NARROW || long ? _("upload request, done") : _("request, done"),
    bytes: long ? _("the bytes, directly") : _("bytes"), commit: long ? _("commit, read") : "", job: long ? _("process job") : _("job"), "job-id": _("job id"),
    "run-custom": _("run"), "read-core": _("read"), "write-core": _("write"), "read-custom": _("read"), "write-custom": _("write"),
    "event-core": _("event"), "event-custom": _("event"), poll: _("poll the journal"),
  };
};

class FlowPicture extends HTMLElement {
  #states = {};
  #facts = { workers: [], deployed: [], coreWorkers: null, journal: [], cursor: null };
  #selected = null;
  #pulses = 0;

  connectedCallback() {
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.observer = new ResizeObserver(() => this.room !== this.drawnFor && this.draw());
    this.observer.observe(this);
    this.addEventListener("click", (event) => {
      const n = Number(event.target.closest("[data-step]")?.dataset.step);
      if (n) this.dispatchEvent(new CustomEvent("step-chosen", { detail: { n }, bubbles: true }));
    });
    const missing = () => {}; // a picture without them is one, too
    coreWorkers().then((count) => (this.facts = { coreWorkers: count }), missing);
    const deployed = (found) => (this.facts = { deployed: found.map(({ url }) => nameOfWorker(url)) });
    if (this.dataset.workersUrl) deployedWorkers(this.dataset.workersUrl).then(deployed, missing);
  }

  disconnectedCallback() {
    this.observer.disconnect();
  }

  get room() {
    const { paddingLeft, paddingRight } = getComputedStyle(this);
    return Math.floor(this.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
  }

  /** [{n, state, reason}] */
  set steps(list) {
    this.#states = Object.fromEntries(list.map((step) => [step.n, step]));
    this.showStates();
  }

  /** Arrows where something failed: {arrow: {reason, short}}. */
  set failures(byArrow) {
    this.failed = byArrow;
    this.showStates();
  }

  /** workers: names of custom workers at work; deployed: those that could be; coreWorkers: how many, or null; journal: [{position, failed}]; cursor: index of the newest that AEM has read. */
  set facts(facts) {
    const before = JSON.stringify(this.#facts);
    Object.assign(this.#facts, facts);
    if (this.arrows && JSON.stringify(this.#facts) !== before) this.draw();
  }

  set selected(n) {
    this.#selected = n;
    this.showStates();
  }

  draw() {
    if (!this.isConnected) return; // an answer came after the page was left
    this.drawnFor = this.room;
    if (this.drawnFor < NARROWEST) return;
    const plan = layout(this.drawnFor);
    const root = svg("svg", { width: plan.width, height: plan.height, viewBox: `0 0 ${plan.width} ${plan.height}`, role: "img" });
    root.setAttribute("aria-label", _("The system and the seven steps between its parts. The list of steps says the same in words."));
    this.arrows = new Map();
    const lines = svg("g", { class: "fp-arrows" });
    for (const [id, arrow] of Object.entries(plan.arrows)) lines.append(this.drawArrow(id, arrow, labels(plan.width)[id], plan.narrow));
    this.pulseLayer = svg("g", { class: "fp-pulses" });
    root.append(lines, drawBoxes(plan, this.#facts), this.pulseLayer, this.drawBadges(plan));
    this.replaceChildren(root);
    this.showStates();
  }

  drawArrow(id, { points, label, anchor }, words, narrow) {
    const line = svg("path", { d: pathOf(points), class: "fp-line" });
    const group = svg("g", { class: "fp-arrow", "data-arrow": id }, line, svg("polygon", { points: headOf(points), class: "fp-head" }));
    const made = label && words ? this.drawLabel(label, words, anchor, id === "upload" && !narrow) : null;
    if (made) group.append(made);
    this.arrows.set(id, { group, line, label: made, words });
    return group;
  }

  drawLabel([x, y], words, anchor, twoLines) {
    if (!twoLines) return text(x, y, words, "fp-label", anchor);
    const [first, second] = words.split(", ");
    return svg("text", { x, y, class: "fp-label" }, svg("tspan", { x }, second ? `${first},` : first), svg("tspan", { x, dy: 16 }, second ?? ""));
  }

  drawBadges(plan) {
    const group = svg("g", { class: "fp-badges" });
    this.badges = [];
    for (const [id, { badge }] of Object.entries(plan.arrows)) {
      if (!badge) continue;
      const [n] = ARROWS[id];
      const number = text(badge[0], badge[1] + 4, String(n), "fp-number", "middle");
      const made = svg("g", { class: "fp-badge", "data-step": n, "data-arrow": id }, svg("circle", { cx: badge[0], cy: badge[1], r: 10 }), number, svg("title"));
      this.badges.push({ made, number, n, id });
      group.append(made);
    }
    return group;
  }

  showStates() {
    if (!this.arrows) return;
    for (const [id, { group, label, words }] of this.arrows) {
      const [n] = ARROWS[id];
      if (label && id !== "upload") label.textContent = this.failed?.[id]?.short ?? words;
      group.dataset.state = this.stateOf(id, n);
      group.classList.toggle("is-chosen", n === this.#selected);
    }
    for (const { made, number, n, id } of this.badges) {
      const state = this.stateOf(id, n);
      made.dataset.state = state;
      made.classList.toggle("is-chosen", n === this.#selected);
      number.textContent = GLYPHS[state] ?? String(n);
      made.querySelector("title").textContent = this.failed?.[id]?.reason ?? this.#states[n]?.reason ?? fill(_("Step %(n)s"), { n });
    }
  }

  // A step may have failed on one of its arrows only; what did not carry anything is not shown as done.
  stateOf(id, n) {
    if (this.failed?.[id]) return "failed";
    const state = this.#states[n]?.state ?? "waiting";
    const siblings = arrowsOfStep(n);
    if (this.travelled && !this.travelled.has(id) && siblings.some((other) => this.travelled.has(other))) return "waiting";
    return state === "failed" && siblings.some((other) => this.failed?.[other]) ? "done" : state;
  }

  /** Something travels along an arrow now. */
  pulse(id, { failed = false } = {}) {
    const arrow = this.arrows?.get(id);
    if (!arrow) return;
    this.glow(arrow.group);
    if (this.still.matches || this.#pulses >= MOST_PULSES || document.visibilityState === "hidden") return;
    const dot = svg("circle", { r: 5, class: failed ? "fp-pulse is-failed" : "fp-pulse" });
    dot.style.offsetPath = `path("${arrow.line.getAttribute("d")}")`;
    this.pulseLayer.append(dot);
    this.#pulses += 1;
    const travel = dot.animate([{ offsetDistance: "0%" }, { offsetDistance: "100%" }], { duration: TRAVEL, easing: "cubic-bezier(0.4, 0, 0.3, 1)" });
    travel.onfinish = travel.oncancel = () => {
      dot.remove();
      this.#pulses -= 1;
    };
  }

  glow(group) {
    group.classList.add("is-alive");
    clearTimeout(group.glowing);
    group.glowing = setTimeout(() => group.classList.remove("is-alive"), TRAVEL + 350);
  }
}

/** The state of a step as an icon of the symbol file. */
export const stateIcon = (state) =>
  icon({ done: "check-round", failed: "alert", active: "spinner", held: "pause", running: "spinner", waiting: "clock" }[state] ?? "clock", state === "active" || state === "running" ? "spin" : "");

export const waitingSteps = () => STEP_NUMBERS.map((n) => ({ n, state: "waiting", reason: "" }));

customElements.define("flow-picture", FlowPicture);
