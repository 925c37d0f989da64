// Faults as sentences: what is matched, how often.
import { _, fill } from "../i18n.js";
import { partyNames, steps } from "./system.js";

const joined = (list) => list.join(" · ");

/** "AEM Assets · step 2 · below /content/dam/x", or that everything is matched. */
export function matchWords(match = {}) {
  const parts = [];
  if (match.service) parts.push(partyNames()[match.service] ?? match.service);
  if (match.step) parts.push(fill(_("step %(n)s, %(title)s"), { n: match.step, title: steps()[match.step - 1]?.title ?? "" }));
  if (match.path) parts.push(fill(_("in %(path)s"), { path: match.path }));
  if (match.profile) parts.push(fill(_("profile %(profile)s"), { profile: match.profile }));
  if (match.mime) parts.push(fill(_("type %(mime)s"), { mime: match.mime }));
  if (match.rendition) parts.push(fill(_("rendition %(name)s"), { name: match.rendition }));
  if (match.nth) parts.push(fill(_("number %(n)s only"), { n: match.nth }));
  return parts.length ? joined(parts) : _("Everything");
}

export function oftenWords({ probability, times, hits }) {
  const parts = [];
  if (probability < 1) parts.push(fill(_("%(share)s of the time"), { share: `${Math.round(probability * 100)} %` }));
  if (times !== null && times !== undefined) parts.push(fill(_("%(hits)s of at most %(times)s times"), { hits: Math.min(hits, times), times }));
  return parts.length ? joined(parts) : _("Every time");
}

export function parameterWords(parameters = {}, kind = undefined) {
  const known = new Map((kind?.parameters ?? []).map((one) => [one.name, one]));
  return joined(Object.entries(parameters).map(([name, value]) => {
    const { title = name, unit = "" } = known.get(name) ?? {};
    return `${title} ${value}${unit ? ` ${unit}` : ""}`;
  }));
}
