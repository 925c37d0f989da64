// One flow: <flow-page>. Picture, steps, timeline, what changed; live while it runs, and to be watched again afterwards.
import "./drawer.js";
import "./gates.js";
import "./picture.js";
import "./steps.js";
import "./waterfall.js";
import { _, fill, ngettext } from "../i18n.js";
import { Follower } from "../live.js";
import { isCommand } from "../keyboard.js";
import { complain, element, icon, say } from "../notices.js";
import { absences, archiveUrl, flow as ask, mermaid } from "./api.js";
import { absenceList, changeList, journalList, renditionList } from "./flow-parts.js";
import { FlowView, pictureFacts } from "./flow-view.js";
import { Replay } from "./replay.js";
import { STEP_NUMBERS, sentenceOf } from "./system.js";
import { kindWords, renditionCount, span, stateMark, when } from "./words.js";

const UNFINISHED = new Set(["running", "held"]);

class FlowPage extends HTMLElement {
  connectedCallback() {
    this.id_ = this.dataset.flow;
    this.slot_ = (name) => this.querySelector(`[data-slot="${name}"]`);
    [this.picture, this.list, this.waterfall, this.drawer, this.gates] = ["flow-picture", "flow-steps", "flow-waterfall", "exchange-drawer", "flow-gates"].map((tag) => this.querySelector(tag));
    this.view = new FlowView(this.picture, this.list);
    this.seen = new Set();
    this.follower = new Follower(() => this.refresh(), 250, "flow");
    this.follower.start();
    this.follower.ask();
    this.onKeyDown = (event) => this.onKey(event);
    document.addEventListener("keydown", this.onKeyDown);
    this.addEventListener("step-chosen", (event) => this.choose(event.detail.n === this.chosen ? null : event.detail.n));
    this.addEventListener("exchange-chosen", (event) => this.openExchange(event.detail.id));
    this.addEventListener("exchange-shown", (event) => this.keepAddress("exchange", event.detail.id));
    this.addEventListener("click", (event) => this.onClick(event));
    this.slot_("speed").addEventListener("change", (event) => this.replay?.setSpeed(Number(event.target.value)));
  }

  disconnectedCallback() {
    this.follower.stop();
    this.replay?.stop();
    document.removeEventListener("keydown", this.onKeyDown);
  }

  async refresh() {
    try {
      this.show(await ask(this.id_));
    } catch (error) {
      if (error.status === undefined) throw error;
      if (!this.data) this.fail(error);
    }
  }

  fail(error) {
    this.follower.stop();
    this.slot_("body").hidden = true;
    const words = error.status === 404 ? _("There is no such flow any more. The recorder keeps the newest ones.") : error.message;
    const problem = this.slot_("problem");
    problem.hidden = false;
    problem.replaceChildren(icon("alert", "icon-xl"), element("p", {}, words), element("a", { className: "button", href: "/flow" }, _("All flows")));
    this.slot_("title").textContent = _("Flow");
  }

  show(data) {
    const first = !this.data;
    this.data = data;
    this.spans = data.spans.map((one) => (one.kind === "flow" ? { ...one, name: data.flow.title } : one));
    this.exchanges = new Map(data.exchanges.map((one) => [one.id, one]));
    this.slot_("body").hidden = this.slot_("actions").hidden = false;
    this.showHead(data.flow);
    if (!this.replay?.isRunning) this.showSteps();
    this.pulseNew(first);
    this.waterfall.show(this.spans, { exchanges: this.exchanges, filter: this.filter ?? null });
    this.slot_("renditions").replaceChildren(...renditionList(data, this.filter));
    this.slot_("changes").replaceChildren(...changeList(data.changes));
    this.slot_("journal").replaceChildren(...journalList(data));
    if (first) this.opened();
    this.showAbsences();
  }

  // What the address asks for, once the flow is there.
  opened() {
    const asked = new URLSearchParams(location.search);
    if (asked.get("rendition")) this.filterBy(asked.get("rendition"));
    if (asked.get("exchange")) this.openExchange(asked.get("exchange"));
    if (Number(asked.get("step"))) this.choose(Number(asked.get("step")));
  }

  showHead(flow) {
    this.slot_("title").textContent = flow.title;
    this.slot_("state").replaceChildren(stateMark(flow.state));
    const took = flow.ended ? fill(_("took %(time)s"), { time: span(flow.ended - flow.started) }) : _("still going on");
    const facts = [kindWords()[flow.kind] ?? flow.kind, when(flow.started), took, ngettext("%(count)s exchange", "%(count)s exchanges", flow.counts.exchanges), fill(_("%(words)s renditions"), { words: renditionCount(flow.counts) })];
    if (flow.profile) facts.push(fill(_("profile %(profile)s"), { profile: flow.profile.split("/").at(-1) }));
    if (flow.faults) facts.push(ngettext("%(count)s fault hit it", "%(count)s faults hit it", flow.faults));
    this.slot_("facts").replaceChildren(...facts.map((fact) => element("li", {}, fact)));
    const link = this.slot_("asset");
    link.hidden = !flow.path || flow.kind === "opened";
    link.href = `/assetdetails.html${flow.path?.split("/").map(encodeURIComponent).join("/")}`;
    this.gates.hidden = !UNFINISHED.has(flow.state);
    this.slot_("opened").hidden = flow.kind !== "opened";
  }

  showSteps() {
    this.view.show(this.data);
  }

  pulseNew(first) {
    for (const one of this.data.exchanges) {
      if (!first && !this.seen.has(one.id)) this.view.pulse(one);
      this.seen.add(one.id);
    }
  }

  choose(n) {
    this.chosen = n;
    this.picture.selected = n;
    this.list.selected = n;
    this.keepAddress("step", n);
  }

  filterBy(name) {
    this.filter = this.filter === name ? null : name;
    this.waterfall.show(this.spans, { exchanges: this.exchanges, filter: this.filter });
    this.slot_("renditions").replaceChildren(...renditionList(this.data, this.filter));
    this.slot_("filter").replaceChildren(...(this.filter ? [fill(_("only %(name)s"), { name: this.filter }), element("button", { type: "button", className: "button small quiet", onclick: () => this.filterBy(this.filter) }, icon("x"), _("Show all"))] : []));
    this.keepAddress("rendition", this.filter);
  }

  openExchange(id) {
    const order = [...this.exchanges.values()].sort((a, b) => a.started - b.started).map((one) => one.id);
    this.drawer.open(id, { began: this.data.flow.started, order });
  }

  // The address always leads back to what is shown.
  keepAddress(name, value) {
    const url = new URL(location.href);
    if (value === null || value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    history.replaceState(history.state, "", url);
  }

  async showAbsences() {
    const { flow } = this.data;
    if (!flow.path || flow.kind === "opened" || this.absencesFor === flow.state + flow.counts.attached) return;
    this.absencesFor = flow.state + flow.counts.attached;
    try {
      const found = (await absences(flow.path)).absences;
      // What does not exist for this type is no surprise; it stands at the end.
      const ordered = found.sort((a, b) => (a.reason === "unsupported-format") - (b.reason === "unsupported-format"));
      this.slot_("absences-panel").hidden = !found.length;
      this.slot_("absences").replaceChildren(...absenceList(ordered, this.data));
    } catch (error) {
      if (error.status === undefined) throw error;
      this.slot_("absences-panel").hidden = true; // the asset is gone
    }
  }

  onClick(event) {
    const act = event.target.closest("[data-act]");
    const acts = { replay: () => this.turnReplay(), mermaid: () => this.copyMermaid(), filter: () => this.filterBy(act.dataset.rendition), exchange: () => this.openExchange(act.dataset.exchange) };
    acts[act?.dataset.act]?.();
  }

  onKey(event) {
    if (!isCommand(event) || event.ctrlKey || event.metaKey || !this.data) return;
    if (STEP_NUMBERS.includes(Number(event.key)) && event.key !== " ") this.choose(Number(event.key));
    else if (event.key === "ArrowRight" && !event.target.closest?.(".wf-scroll, .wf-table")) this.next();
    else if (event.key === " " && !event.target.closest?.("button, a, summary, select")) this.turn();
    else return;
    event.preventDefault();
  }

  next() {
    if (this.data.flow.state === "held") this.gates.step();
    else this.choose(Math.min(7, (this.chosen ?? 0) + 1));
  }

  turn() {
    if (UNFINISHED.has(this.data.flow.state)) this.gates.turn();
    else this.turnReplay();
  }

  turnReplay() {
    if (this.replay?.isRunning) {
      this.replay.stop();
      return this.showReplay(false);
    }
    if (!this.replay || this.replay.next >= this.replay.exchanges.length) this.beginReplay();
    this.replay.start();
    return this.showReplay(true);
  }

  beginReplay() {
    const shown = new Set();
    const renditions = new Set();
    const begin = STEP_NUMBERS.map((n) => ({ n, state: "waiting", reason: "" }));
    const showUpTo = () => {
      const highest = Math.max(0, ...shown);
      const failed = this.data.steps.filter((step) => step.state === "failed").map((step) => step.n);
      const list = begin.map(({ n }) => ({ n, reason: "", state: !shown.has(n) ? "waiting" : failed.includes(n) ? "failed" : n < highest ? "done" : "active" }));
      this.picture.steps = list;
      this.list.steps = list;
    };
    this.picture.failures = {};
    this.picture.facts = pictureFacts(this.data, 0);
    showUpTo();
    this.replay = new Replay(this.data.exchanges, Number(this.slot_("speed").value), {
      reached: (one) => {
        this.view.pulse(one);
        if (one.step) shown.add(one.step);
        if (one.step === 2) shown.add(3);
        if (one.step === 6 && one.rendition) renditions.add(one.rendition);
        this.picture.facts = pictureFacts(this.data, renditions.size);
        showUpTo();
        this.slot_("said").textContent = sentenceOf(one);
      },
      finished: () => {
        this.showReplay(false);
        this.showSteps();
        this.slot_("said").textContent = "";
      },
    });
  }

  showReplay(on) {
    const button = this.querySelector("[data-act=replay]");
    button.replaceChildren(icon(on ? "pause" : "play"), on ? _("Pause replay") : _("Replay"));
    this.classList.toggle("is-replaying", on);
  }

  async copyMermaid() {
    try {
      await navigator.clipboard.writeText(await mermaid(this.id_));
      say(_("The sequence diagram is in the clipboard, as Mermaid text."));
    } catch (error) {
      if (error.status !== undefined) complain(error.message);
      else window.open(archiveUrl(this.id_, "mmd"), "_blank"); // no clipboard here: the text itself
    }
  }
}

customElements.define("flow-page", FlowPage);
