// States, times and sizes of flows, as words.
import { _, fill, ngettext } from "../i18n.js";
import { element } from "../notices.js";
import { stateIcon } from "./picture.js";

export const stateWords = () => ({
  running: _("Running"), done: _("Done"), failed: _("Failed"), held: _("Held"), waiting: _("Not yet"), active: _("Now"),
  requested: _("Requested"), stored: _("Stored"), event: _("Event sent"), attached: _("Attached"),
});

export const kindWords = () => ({ upload: _("Upload"), reprocess: _("Reprocess"), "asset-compute": _("Asset Compute client"), opened: _("Opened file") });

export const segmentWords = () => ({ queued: _("queued"), waiting: _("waiting"), transferring: _("transferring"), working: _("working") });

const TONES = { done: "good", attached: "good", failed: "bad", held: "warn", running: "live", active: "live" };
const ICONS = { attached: "done", requested: "waiting", stored: "active", event: "active" };

/** Icon and word of a state. */
export const stateMark = (state, words = stateWords()[state] ?? state) =>
  element("span", { className: `state ${TONES[state] ?? ""}` }, stateIcon(ICONS[state] ?? state), words);

/** Milliseconds as people read them: 0.4 ms, 12 ms, 1.24 s, 2 min 5 s. */
export function span(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return "–";
  if (ms < 1) return fill(_("%(n)s ms"), { n: ms.toFixed(1) });
  if (ms < 1000) return fill(_("%(n)s ms"), { n: Math.round(ms) });
  if (ms < 60_000) return fill(_("%(n)s s"), { n: (ms / 1000).toFixed(ms < 10_000 ? 2 : 1) });
  return fill(_("%(m)s min %(s)s s"), { m: Math.floor(ms / 60_000), s: Math.round((ms % 60_000) / 1000) });
}

/** The time since the flow began: +0.123 s. */
export const offset = (ms) => `+${(Math.max(0, ms) / 1000).toFixed(3)} s`;

/** `<relative-time>` of epoch milliseconds, with the exact one on hover. */
export function when(ms) {
  const moment = new Date(ms);
  const time = element("time", { dateTime: moment.toISOString(), title: `${moment.toISOString().replace("T", " ").slice(0, 23)} UTC` });
  return element("relative-time", {}, time);
}

export const renditionCount = (counts) => {
  const words = fill(_("%(done)s of %(total)s"), { done: counts.attached, total: counts.renditions });
  return counts.failed ? `${words}, ${ngettext("%(count)s failed", "%(count)s failed", counts.failed)}` : words;
};
