// A scripted walk: <flow-lesson>. It does real things to a folder of its own, waits for what really happens, and tells it.
import "./picture.js";
import "./steps.js";
import { _, fill } from "../i18n.js";
import { Follower } from "../live.js";
import { complain, element, icon, say } from "../notices.js";
import { absenceList } from "./flow-parts.js";
import { FlowView } from "./flow-view.js";
import { leftovers, takeAway } from "./lessons/leftovers.js";
import { Stage } from "./lessons/stage.js";
import { waitingSteps } from "./picture.js";

const SHOWN_FOR = 5500; // milliseconds that a scene stays when nobody turns the page

class FlowLesson extends HTMLElement {
  async connectedCallback() {
    this.slot_ = (name) => this.querySelector(`[data-slot="${name}"]`);
    this.view = new FlowView(this.querySelector("flow-picture"), this.querySelector("flow-steps"));
    this.view.picture.steps = waitingSteps();
    this.view.list.steps = waitingSteps();
    this.follower = new Follower(() => this.stage?.look(), 200, "flow");
    this.follower.start();
    this.addEventListener("click", (event) => this.onClick(event));
    this.onLeave = () => this.stage?.release({ keepalive: true }).catch(() => {}); // the tab is being closed
    window.addEventListener("pagehide", this.onLeave);
    const script = await import(`./lessons/${this.dataset.lesson}.js`);
    this.isAutomatic = Boolean(script.isAutomatic);
    this.showLeftovers();
    this.script = script;
    this.reset();
    if (this.isAutomatic && new URLSearchParams(location.search).has("play")) {
      history.replaceState(history.state, "", location.pathname); // a reload is no second demo
      this.begin();
    }
  }

  disconnectedCallback() {
    this.follower.stop();
    window.removeEventListener("pagehide", this.onLeave);
    clearTimeout(this.turning);
    if (this.stage) {
      this.stage.stopped = true;
      this.stage.leave();
      this.stage.release().catch(() => {}); // nothing may stay paused because somebody left the page
    }
  }

  reset() {
    this.at = -1;
    this.scenes = this.script.scenes();
    this.rows = this.scenes.map((scene, index) => sceneRow(scene, index));
    this.slot_("scenes").replaceChildren(...this.rows.map(({ root }) => root));
    this.slot_("extra").replaceChildren();
    this.showButtons("ready");
  }

  onClick(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    const acts = { begin: () => this.begin(), next: () => this.play(this.at + 1), clean: () => this.cleanUp(), again: () => this.again(), sweep: () => this.sweep() };
    acts[act]?.();
  }

  begin() {
    this.seen = new Set();
    this.stage = new Stage(this.dataset.lesson, (detail) => this.see(detail));
    this.stage.show = (missing) => this.slot_("extra").replaceChildren(...(missing.length ? [element("ul", { className: "absences panel" }, ...absenceList(missing))] : []));
    this.play(0);
  }

  see(detail) {
    if (this.shownFlow !== detail.flow.id) this.seen = new Set();
    this.shownFlow = detail.flow.id;
    this.view.show(detail);
    for (const one of detail.exchanges) {
      if (!this.seen.has(one.id)) this.view.pulse(one);
      this.seen.add(one.id);
    }
    const link = this.slot_("flow-link");
    link.hidden = false;
    link.href = `/flow/${encodeURIComponent(detail.flow.id)}`;
  }

  async play(index) {
    const scene = this.scenes[index];
    if (!scene || this.isBusy) return;
    this.at = index;
    this.isBusy = true;
    clearTimeout(this.turning);
    this.rows.forEach((row, place) => row.show(place < index ? "past" : place === index ? "now" : "later"));
    this.rows[index].root.scrollIntoView({ block: "nearest" });
    this.view.picture.selected = scene.step ?? null;
    this.showButtons("busy");
    try {
      await scene.act(this.stage);
      this.rows[index].finish(scene.result?.(this.stage) ?? "");
      this.isBusy = false;
      this.turn(index);
    } catch (error) {
      this.isBusy = false;
      this.failed(index, error);
    }
  }

  turn(index) {
    const isLast = index === this.scenes.length - 1;
    this.showButtons(isLast ? "done" : "waiting");
    if (isLast) this.showEnd();
    else if (this.isAutomatic) this.turning = setTimeout(() => this.play(index + 1), SHOWN_FOR);
  }

  failed(index, error) {
    if (error.name === "AbortError") return;
    if (error.status === undefined && error.constructor.name !== "LessonError") console.error(error);
    this.rows[index].fail(error.message);
    this.showButtons("failed");
  }

  showEnd() {
    const link = this.slot_("asset-link");
    link.hidden = !this.stage.path;
    link.href = `/assetdetails.html${(this.stage.path ?? "").split("/").map(encodeURIComponent).join("/")}`;
  }

  showButtons(state) {
    this.dataset.state = state;
    for (const button of this.querySelectorAll("[data-when]")) button.hidden = !button.dataset.when.split(" ").includes(state);
    const next = this.querySelector("[data-act=next]");
    next.disabled = state === "busy";
    this.slot_("busy").hidden = state !== "busy";
    if (state === "waiting" && !this.isAutomatic) next.focus({ preventScroll: true });
  }

  async cleanUp() {
    clearTimeout(this.turning);
    try {
      await this.stage?.cleanUp();
      say(_("The folder, the pictures and everything else that the lesson made is gone."));
    } catch (error) {
      complain(fill(_("Not everything could be taken away: %(reason)s"), { reason: error.message }));
    }
    this.stage = null;
    this.slot_("asset-link").hidden = true;
    this.reset();
  }

  /** What was left behind by lessons that nobody is at any more. */
  async showLeftovers() {
    this.slot_("leftovers").hidden = !(await leftovers()).length;
  }

  async sweep() {
    try {
      await takeAway(await leftovers());
      say(_("What earlier lessons left behind is gone."));
    } catch (error) {
      complain(fill(_("Not everything could be taken away: %(reason)s"), { reason: error.message }));
    }
    this.showLeftovers();
  }

  async again() {
    await this.cleanUp();
    this.begin();
  }
}

function sceneRow(scene, index) {
  const number = element("span", { className: "step-number" }, String(scene.number ?? index + 1));
  const more = element("p", { className: "soft" }, scene.more?.() ?? "");
  const result = element("p", { className: "scene-result", hidden: true });
  const body = element("div", { className: "scene-body", hidden: true }, element("p", {}, scene.words()), more, result);
  more.hidden = !scene.more;
  const root = element("li", { className: "scene" }, number, element("div", {}, element("h3", {}, scene.title), body));
  const show = (state) => {
    root.dataset.state = state;
    body.hidden = state === "later";
    more.hidden = !scene.more || state !== "now";
    if (state === "now") root.setAttribute("aria-current", "step");
    else root.removeAttribute("aria-current");
    if (state === "now") result.hidden = true;
  };
  const tell = (symbol, kind, words) => {
    result.hidden = !words;
    result.className = `scene-result ${kind}`;
    result.replaceChildren(icon(symbol), element("span", {}, words));
  };
  show("later");
  return { root, show, finish: (words) => tell("check-round", "good", words), fail: (words) => tell("alert", "bad", words) };
}

customElements.define("flow-lesson", FlowLesson);
