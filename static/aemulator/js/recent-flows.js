// The newest flows on the start page, from the recorder's own interface.
import { _, fill } from "./i18n.js";
import { Follower } from "./live.js";
import { element, icon } from "./notices.js";

const SHOWN = 6;
const STATES = {
  running: () => ["spinner", "state live", _("Running")],
  held: () => ["pause", "state warn", _("Held")],
  done: () => ["check-round", "state good", _("Done")],
  failed: () => ["alert", "state bad", _("Failed")],
};

class RecentFlows extends HTMLElement {
  connectedCallback() {
    this.follower = new Follower(() => this.refresh(), 500, "flow");
    this.follower.start();
    this.refresh();
  }

  disconnectedCallback() {
    this.follower.stop();
  }

  async refresh() {
    const answer = await fetch(`/_aemulator/flows?limit=${SHOWN}`, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
    if (!answer?.ok) return this.say(_("The recorder of flows does not answer."));
    const { flows } = await answer.json();
    if (!flows.length) return this.say(_("Nothing has flowed yet: upload an asset, and follow it here."));
    const list = element("ul", { className: "plain-list" }, ...flows.map(row));
    this.replaceChildren(list);
    window.htmx?.process(list);
    return null;
  }

  say(words) {
    this.replaceChildren(element("p", { className: "none" }, words));
  }
}

function row({ id, title, state, step, counts }) {
  const [symbol, className, words] = (STATES[state] ?? STATES.running)();
  const link = element("a", { href: `/flow/${encodeURIComponent(id)}`, translate: false }, title || id);
  const mark = element("span", { className }, icon(symbol, symbol === "spinner" ? "spin" : ""), words);
  const how = fill(_("step %(step)s of 7 · %(done)s of %(all)s renditions"), { step, done: counts.attached + counts.failed, all: counts.renditions });
  return element("li", {}, element("span", { className: "flow-row" }, link, mark), element("span", { className: "soft small" }, how));
}

customElements.define("recent-flows", RecentFlows);
