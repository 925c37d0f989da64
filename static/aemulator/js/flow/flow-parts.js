// The lists of a flow's page: renditions, what changed in the tree, the journal, what is missing and why.
import { _, fill } from "../i18n.js";
import { element, icon } from "../notices.js";
import { jsonView } from "./json-view.js";
import { nameOfWorker } from "./system.js";
import { offset, span, stateMark } from "./words.js";

export function renditionList({ flow, renditions, exchanges }, chosen) {
  if (!renditions.length) return [element("li", { className: "none" }, _("No rendition has been asked for yet."))];
  return renditions.map((one) => {
    const button = element("button", { type: "button", className: "name", translate: false }, one.name);
    Object.assign(button.dataset, { act: "filter", rendition: one.name });
    button.setAttribute("aria-pressed", String(chosen === one.name));
    const facts = [one.worker ? fill(_("custom worker %(name)s"), { name: nameOfWorker(one.worker) }) : _("core worker")];
    if (one.ended) facts.push(span(one.ended - one.started));
    const row = element("li", { className: "rendition-row" }, element("div", {}, button, element("p", { className: "meta" }, facts.join(" · "))), stateMark(one.state));
    if (one.reason) row.append(element("p", { className: "why" }, element("strong", { translate: false }, one.reason), one.message ? `: ${one.message}` : ""));
    const culprit = one.reason && exchanges.find((other) => one.exchanges.includes(other.id) && (other.error || other.status >= 400));
    if (culprit) row.append(exchangeLink(culprit.id, _("Show the exchange that failed")));
    row.dataset.state = one.state;
    row.dataset.flow = flow.id;
    return row;
  });
}

export function exchangeLink(id, words) {
  const button = element("button", { type: "button", className: "text-button" }, words);
  Object.assign(button.dataset, { act: "exchange", exchange: id });
  return button;
}

const SIGNS = { created: "+", modified: "~", deleted: "−", cursor: "→" };
const changeWords = () => ({ created: _("created"), modified: _("changed"), deleted: _("deleted"), cursor: _("cursor moved") });

/** What each step changed in the tree, as lines of a diff. */
export function changeList(changes) {
  if (!changes.length) return [element("li", { className: "none" }, _("No change of the tree is recorded."))];
  const groups = new Map();
  for (const change of changes) groups.set(change.step, [...(groups.get(change.step) ?? []), change]);
  return [...groups].sort(([a], [b]) => a - b).map(([step, list]) => {
    const number = element("span", { className: "step-number" }, String(step));
    return element("li", { className: "change-group" }, number, element("ul", { className: "changes" }, ...list.map(changeRow)));
  });
}

function changeRow(change) {
  const sign = element("span", { className: "sign" }, SIGNS[change.kind] ?? "~");
  sign.setAttribute("aria-hidden", "true");
  const path = change.kind === "cursor" ? _("AEM’s cursor in the journal") : shortened(change.path);
  const row = element("li", { className: `change is-${change.kind}` }, sign, element("span", { className: "visually-hidden" }, changeWords()[change.kind] ?? change.kind), element("span", { className: "change-path", translate: change.kind === "cursor", title: change.path ?? "" }, path));
  const values = [["is-before", change.before], ["is-after", change.after]].filter(([, value]) => value !== undefined && value !== null);
  if (values.length) row.append(element("span", { className: "change-values" }, ...values.map(([className, value]) => element("code", { className }, shown(value)))));
  return row;
}

// Below an asset only what is below it tells something.
const shortened = (path) => path?.replace(/^.*?(?=jcr:content)/, "") || path || "";
const shown = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

export function journalList({ flow, journal }) {
  if (!journal.length) return [element("li", { className: "none" }, _("No event has reached the journal yet."))];
  return journal.map((entry) => {
    const bad = (entry.type ?? "").includes("failed");
    const summary = element("summary", {}, element("span", { className: `state ${bad ? "bad" : "good"}` }, icon(bad ? "alert" : "check-round"), element("span", { translate: false }, entry.rendition || entry.type)), element("span", { className: "soft journal-time" }, offset(entry.at - flow.started)), element("code", { className: "position" }, entry.position));
    const inner = element("div", { className: "json-view" }, jsonView(entry.event ?? toldOf(entry)));
    if (entry.exchange) inner.append(exchangeLink(entry.exchange, _("Show the exchange that read it")));
    return element("li", {}, element("details", { className: "journal-entry" }, summary, inner));
  });
}

const toldOf = ({ at, exchange, ...entry }) => entry;

/** Why renditions that people expect are not there, each with its remedy. */
export function absenceList(absences, { renditions = [], exchanges = [] } = {}) {
  return absences.map((one) => {
    const row = element("li", { className: "absence" }, element("div", {}, element("p", { className: "absence-name", translate: false }, one.rendition), element("p", {}, one.words), one.detail ? element("p", { className: "soft" }, one.detail) : "", element("p", { className: "absence-remedy" }, icon("info"), element("span", {}, one.remedy))));
    const mine = renditions.find((rendition) => rendition.name === one.rendition);
    const culprit = mine && exchanges.find((other) => mine.exchanges.includes(other.id) && (other.error || other.status >= 400));
    const links = element("div", { className: "absence-links" });
    if (culprit) links.append(exchangeLink(culprit.id, _("Show the exchange")));
    if (one.link) links.append(element("a", { href: one.link }, one.link_words));
    if (links.hasChildNodes()) row.append(links);
    row.dataset.reason = one.reason;
    return row;
  });
}
