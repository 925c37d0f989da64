// All flows, the newest first, and all traffic in the picture: <flow-list>.
import "./gates.js";
import "./steps.js";
import { _, fill, ngettext } from "../i18n.js";
import { Follower } from "../live.js";
import { isCommand } from "../keyboard.js";
import { visit } from "../navigation.js";
import { complain, element, icon } from "../notices.js";
import { flows, openArchive, traffic } from "./api.js";
import { waitingSteps } from "./picture.js";
import { STEP_NUMBERS, arrowOf } from "./system.js";
import { kindWords, renditionCount, span, stateMark, when } from "./words.js";

const PAGE = 50;
const PATIENCE = 250; // milliseconds after the last key
const LIT_FOR = 1600; // milliseconds that a step stays lit after something travelled

class FlowList extends HTMLElement {
  connectedCallback() {
    this.slot_ = (name) => this.querySelector(`[data-slot="${name}"]`);
    this.body = this.slot_("rows");
    this.picture = this.querySelector("flow-picture");
    this.steps = this.querySelector("flow-steps");
    this.lit = new Map();
    this.shown = new Map();
    // What was typed while this script was on its way counts.
    const [q, state] = ["q", "state"].map((name) => this.querySelector(`[name=${name}]`).value.trim());
    this.filters = { q, state, path: this.dataset.path };
    this.follower = new Follower(() => this.refresh(), 300, "flow");
    this.follower.start();
    if (this.dataset.path) this.resolve();
    else this.follower.ask();
    this.wire();
  }

  disconnectedCallback() {
    this.follower.stop();
    clearInterval(this.dimmer);
    document.removeEventListener("keydown", this.onKeyDown);
  }

  wire() {
    this.querySelector("[name=q]").addEventListener("input", (event) => this.later({ q: event.target.value.trim() }));
    this.querySelector("[name=state]").addEventListener("change", (event) => this.filterBy({ state: event.target.value }));
    this.querySelector("[name=har]").addEventListener("change", (event) => this.openFile(event.target));
    this.addEventListener("click", (event) => {
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (act === "open-har") this.querySelector("[name=har]").click();
      if (act === "older") this.older();
      if (act === "newer") this.showNewer();
      if (act === "clear") this.clear();
    });
    this.body.addEventListener("pointerleave", () => this.waiting && this.showNewer());
    this.addEventListener("step-chosen", (event) => this.choose(event.detail.n === this.chosen ? null : event.detail.n));
    this.dimmer = setInterval(() => this.dim(), 400);
    this.onKeyDown = (event) => {
      if (!isCommand(event) || event.ctrlKey || event.metaKey) return;
      if (STEP_NUMBERS.includes(Number(event.key)) && event.key !== " ") this.choose(Number(event.key));
      else if (event.key === "ArrowRight") this.querySelector("flow-gates").step();
      else if (event.key === " " && !event.target.closest?.("button, a, summary")) this.querySelector("flow-gates").turn();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", this.onKeyDown);
  }

  choose(n) {
    this.chosen = n;
    this.picture.selected = n;
    this.steps.selected = n;
  }

  // The newest flow of an asset, as the link "how it was made" asks for it.
  async resolve() {
    const found = (await flows({ path: this.dataset.path, limit: 20 })).flows.find((one) => one.kind !== "opened");
    const rendition = new URLSearchParams(location.search).get("rendition");
    if (found) return location.replace(`/flow/${encodeURIComponent(found.id)}${rendition ? `?rendition=${encodeURIComponent(rendition)}` : ""}`);
    return this.follower.ask();
  }

  later(change) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.filterBy(change), PATIENCE);
  }

  filterBy(change) {
    this.filters = { ...this.filters, ...change };
    this.shown.clear();
    this.body.replaceChildren();
    this.follower.ask();
  }

  clear() {
    this.querySelector("[name=q]").value = "";
    this.querySelector("[name=state]").value = "";
    this.filterBy({ q: "", state: "", path: "" });
  }

  get isFiltered() {
    return Boolean(this.filters.q || this.filters.state || this.filters.path);
  }

  query(more = {}) {
    const given = Object.entries(this.filters).filter(([, value]) => value);
    return { limit: PAGE, ...Object.fromEntries(given), ...more };
  }

  async refresh() {
    await Promise.all([this.refreshTraffic(), this.refreshRows()]);
  }

  async refreshRows() {
    const { filters } = this;
    try {
      const { flows: found } = await flows(this.query());
      if (filters !== this.filters) return; // they are for the list as it was; the answer for this one comes next
      this.newest = found;
      this.slot_("problem").hidden = true;
      this.update(found);
    } catch (error) {
      if (error.status === undefined) throw error;
      this.slot_("problem").hidden = false;
      this.slot_("problem-words").textContent = error.message;
    }
  }

  // What is under the pointer stays where it is: new flows wait until the pointer has left, or somebody asks.
  update(found) {
    const fresh = found.filter((one) => !this.shown.has(one.id));
    for (const one of found) if (this.shown.has(one.id)) this.replaceRow(one);
    this.waiting = fresh.length && this.shown.size && this.body.matches(":hover") ? fresh.length : 0;
    if (!this.waiting) this.addNewest(fresh);
    this.showState();
  }

  addNewest(fresh) {
    const rows = fresh.map((one) => this.makeRow(one));
    if (this.shown.size > rows.length) for (const row of rows) row.classList.add("is-new");
    this.body.prepend(...rows);
  }

  showNewer() {
    this.waiting = 0;
    this.addNewest((this.newest ?? []).filter((one) => !this.shown.has(one.id)));
    this.showState();
  }

  async older() {
    const last = [...this.shown.keys()].at(-1) && this.body.lastElementChild?.dataset.id;
    const { filters } = this;
    const { flows: found } = await flows(this.query({ before: last }));
    if (filters !== this.filters) return;
    this.body.append(...found.filter((one) => !this.shown.has(one.id)).map((one) => this.makeRow(one)));
    this.slot_("older").hidden = found.length < PAGE;
  }

  showState() {
    const none = !this.shown.size;
    this.slot_("table").hidden = none;
    this.slot_("empty").hidden = !none || this.isFiltered;
    this.slot_("none-found").hidden = !none || !this.isFiltered;
    this.slot_("none-words").textContent = this.wordsForNone();
    if (this.shown.size === PAGE) this.slot_("older").hidden = false;
    const newer = this.slot_("newer");
    newer.hidden = !this.waiting;
    if (this.waiting) newer.textContent = ngettext("Show %(count)s newer flow", "Show %(count)s newer flows", this.waiting);
  }

  wordsForNone() {
    const { q, path } = this.filters;
    if (path) return fill(_("No flow of %(path)s is recorded any more. Reprocess the asset to watch it being made."), { path });
    if (q && q === this.dataset.request) return _("No flow of this request is recorded: it was sent past the recorder, or it is too old.");
    return _("No flow is like that.");
  }

  makeRow(one) {
    const row = rowOf(one);
    this.shown.set(one.id, { row, text: JSON.stringify(one) });
    return row;
  }

  replaceRow(one) {
    const before = this.shown.get(one.id);
    const text = JSON.stringify(one);
    if (before.text === text) return;
    const focused = before.row.contains(document.activeElement);
    const row = rowOf(one);
    before.row.replaceWith(row);
    if (focused) row.querySelector("a").focus({ preventScroll: true });
    this.shown.set(one.id, { row, text });
  }

  async refreshTraffic() {
    const first = this.mark === undefined;
    const { mark, traffic: list } = await traffic(this.mark);
    this.mark = mark;
    if (first) return;
    for (const one of list) this.travel(one);
    this.showLit();
  }

  travel(one) {
    const arrow = arrowOf(one);
    const failed = one.ok === false;
    if (arrow) this.picture.pulse(arrow, { failed });
    if (arrow === "job") this.travelBack(failed);
    if (one.step) this.lit.set(one.step, { until: performance.now() + LIT_FOR, failed, label: one.label });
  }

  travelBack(failed) {
    setTimeout(() => this.picture.pulse("job-id", { failed }), 400);
    this.lit.set(3, { until: performance.now() + LIT_FOR, failed, label: "" });
  }

  dim() {
    const now = performance.now();
    const before = this.lit.size;
    for (const [n, { until }] of this.lit) if (until < now) this.lit.delete(n);
    if (before !== this.lit.size) this.showLit();
  }

  showLit() {
    const list = waitingSteps().map((step) => {
      const lit = this.lit.get(step.n);
      return lit ? { ...step, state: lit.failed ? "failed" : "active", reason: lit.failed ? lit.label : "" } : step;
    });
    this.picture.steps = list;
    this.steps.steps = list;
  }

  async openFile(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    try {
      visit(`/flow/${encodeURIComponent(await openArchive(await file.text()))}`);
    } catch (error) {
      if (error.status === undefined) throw error;
      complain(fill(_("%(name)s could not be opened: %(reason)s"), { name: file.name, reason: error.message }));
    }
  }
}

function rowOf(one) {
  const link = element("a", { href: `/flow/${encodeURIComponent(one.id)}`, className: "flow-title", translate: false }, one.title);
  const path = element("span", { className: "soft flow-path", translate: !one.path }, one.path || (kindWords()[one.kind] ?? one.kind));
  const cells = [
    element("td", { className: "cell-state" }, stateMark(one.state)),
    element("th", { scope: "row" }, link, path),
    element("td", { className: "cell-kind" }, kindWords()[one.kind] ?? one.kind),
    element("td", { className: "cell-step" }, meter(one)),
    element("td", { className: "cell-renditions" }, renditionCount(one.counts)),
    element("td", { className: "cell-number" }, String(one.counts.exchanges)),
    element("td", { className: "cell-number" }, one.ended ? span(one.ended - one.started) : "…"),
    element("td", { className: "cell-when" }, one.faults ? faultMark(one.faults) : "", when(one.started)),
  ];
  const row = element("tr", {}, ...cells);
  row.dataset.id = one.id;
  row.dataset.state = one.state;
  return row;
}

const faultMark = (count) => element("span", { className: "fault-mark", title: ngettext("%(count)s fault hit it", "%(count)s faults hit it", count) }, icon("bolt"), element("span", { className: "visually-hidden" }, ngettext("%(count)s fault hit it", "%(count)s faults hit it", count)));

// How far it came: seven small cells.
function meter({ step, state }) {
  const cells = STEP_NUMBERS.map((n) => element("span", { className: n <= step ? (n === step && state !== "done" ? `is-last is-${state}` : "is-past") : "" }));
  const made = element("span", { className: "meter" }, ...cells);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", fill(_("Step %(n)s of 7"), { n: step }));
  return made;
}

customElements.define("flow-list", FlowList);
