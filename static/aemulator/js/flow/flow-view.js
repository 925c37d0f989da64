// A flow in the picture and in the list of steps.
import { _, fill, ngettext } from "../i18n.js";
import { arrowOf, nameOfWorker, receiverOf } from "./system.js";
import { span } from "./words.js";

const ANSWER_AFTER = 500; // milliseconds between a request and its answer, as the picture shows it

export const isFailed = (one) => Boolean(one.error) || (one.status ?? 0) >= 400;

export class FlowView {
  constructor(picture, list) {
    Object.assign(this, { picture, list });
  }

  show(data) {
    const { steps, exchanges } = data;
    const travelled = new Set(exchanges.map(arrowOf).filter(Boolean));
    if (travelled.has("job")) travelled.add("job-id");
    if (travelled.has("read-core")) travelled.add("run");
    this.picture.travelled = travelled;
    this.picture.failures = failuresOf(exchanges);
    this.picture.facts = pictureFacts(data);
    this.picture.steps = steps;
    this.list.steps = steps.map((step) => ({ ...step, facts: factsOf(step) }));
  }

  pulse(one) {
    const failed = isFailed(one);
    const arrow = arrowOf(one);
    this.picture.pulse(arrow, { failed });
    if (arrow === "job" && one.status) setTimeout(() => this.picture.pulse("job-id", { failed }), ANSWER_AFTER);
  }
}

/** What the boxes hold; with `count`, only so many entries of the journal yet, and none read. */
export function pictureFacts({ renditions, journal, changes }, count = null) {
  const workers = [...new Set(renditions.map((one) => one.worker).filter(Boolean))].map(nameOfWorker);
  const entries = journal.map((entry) => ({ position: entry.position, failed: (entry.type ?? "").includes("failed") }));
  const hasRead = changes.some((change) => change.kind === "cursor") || renditions.some((one) => one.state === "attached");
  const shown = count === null ? entries : entries.slice(0, count);
  return { workers, journal: shown, cursor: hasRead && shown.length === entries.length && shown.length ? shown.length - 1 : null };
}

function factsOf(step) {
  if (!step.started) return "";
  const parts = [ngettext("%(count)s exchange", "%(count)s exchanges", step.exchanges.length)];
  if (step.ended - step.started >= 0.1) parts.push(span(step.ended - step.started));
  return parts.join(" · ");
}

function failuresOf(exchanges) {
  const found = {};
  for (const one of exchanges) {
    const arrow = arrowOf(one);
    if (!arrow) continue;
    const reason = () => one.error || fill(_("%(status)s from %(who)s"), { status: one.status, who: receiverOf(one) });
    if (isFailed(one)) found[arrow] = { reason: reason(), short: one.status ? String(one.status) : _("no answer") };
    else delete found[arrow]; // a later attempt went through
  }
  return found;
}
