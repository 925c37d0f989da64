// The boxes of the picture, with what they hold: workers, and the entries of the journal.
import { _, fill, ngettext } from "../i18n.js";
import { svg, text } from "./svg.js";

const CELL = 16;
const LINE = 17;
const MOST_SLOTS = 8; // the words above them say how many there are

const titles = () => ({
  browser: [_("Browser"), _("or any client")],
  blobstore: [_("Azure Blob storage"), _("originals and renditions")],
  repository: [_("AEM Assets"), _("repository, profiles")],
  compute: [_("Asset Compute"), ""],
  runtime: [_("I/O Runtime"), ""],
  external: [_("Third parties"), _("Adobe and others")],
  events: [_("I/O Events"), _("journal")],
});

export function drawBoxes(plan, facts) {
  const group = svg("g", { class: "fp-boxes" });
  for (const [id, place] of Object.entries(plan.boxes)) group.append(DRAWN[id] ? DRAWN[id](id, place, facts, plan) : plain(id, place, plan));
  return group;
}

function frame(id, { x, y, w, h }) {
  return svg("g", { class: "fp-box", "data-box": id }, svg("rect", { x, y, width: w, height: h, rx: 6 }));
}

function plain(id, place, plan) {
  const group = frame(id, place);
  const [title, fullNote] = titles()[id];
  const note = plan.narrow && id === "external" ? "" : fullNote;
  const words = [...wrapped(title, place.w).map((line) => [line, "fp-title"]), ...wrapped(note, place.w).map((line) => [line, "fp-note"])];
  const top = plan.narrow && id === "blobstore" ? place.y + 30 : place.y + place.h / 2 - ((words.length - 1) * LINE) / 2 + 4;
  words.forEach(([line, className], index) => group.append(text(place.x + place.w / 2, top + index * LINE, line, className, "middle")));
  return group;
}

// Words that do not fit stand under one another; about 7 px a letter.
function wrapped(words, width) {
  const room = Math.floor((width - 12) / 7.2);
  const lines = [];
  for (const word of words.split(" ").filter(Boolean)) {
    if (lines.length && lines.at(-1).length + word.length < room) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

function withWorkers(id, place, title, inner, names, plan) {
  const group = frame(id, place);
  const { x, y, w, h } = place;
  group.append(svg("rect", { x: x + 8, y: y + 8, width: w - 16, height: plan.narrow ? 58 : 70, rx: 4, class: "fp-inner" }));
  group.append(text(x + w / 2, y + (plan.narrow ? 26 : 29), inner, "fp-note", "middle"));
  const room = Math.max(1, Math.floor((w - 32) / 6.6));
  const shown = names.length ? cut(names.slice(0, 3).join(", ") + (names.length > 3 ? ` +${names.length - 3}` : ""), room) : "";
  group.append(text(x + w / 2, y + (plan.narrow ? 48 : 53), shown, "fp-workers", "middle"));
  group.append(text(x + w / 2, y + h - (plan.narrow ? 16 : 24), title, "fp-title", "middle"));
  return group;
}

const cut = (words, room) => (words.length > room ? `${words.slice(0, room - 1)}…` : words);

const DRAWN = {
  compute(id, place, facts, plan) {
    const known = facts.coreWorkers;
    const words = known ? ngettext("%(count)s core worker", "%(count)s core workers", known) : _("core workers");
    const group = withWorkers(id, place, titles().compute[0], words, [], plan);
    const count = Math.min(MOST_SLOTS, known ?? 0);
    const [size, gap] = [12, 6];
    const left = place.x + place.w / 2 - (count * (size + gap) - gap) / 2;
    for (let index = 0; index < count; index += 1) {
      group.append(svg("rect", { x: left + index * (size + gap), y: place.y + (plan.narrow ? 38 : 44), width: size, height: size, rx: 2, class: "fp-slot" }));
    }
    return group;
  },

  runtime(id, place, facts, plan) {
    const names = facts.workers.length ? facts.workers : facts.deployed;
    return withWorkers(id, place, titles().runtime[0], _("custom workers"), names.length ? names : [_("none deployed")], plan);
  },

  // The newest entries of the journal, and how far AEM has read them.
  events(id, place, facts, plan) {
    const group = frame(id, place);
    const { x, y, w, h } = place;
    group.append(text(x + 16, y + 27, titles().events[0], "fp-title"));
    const count = Math.floor((w - 32) / (CELL + 4));
    const entries = facts.journal.slice(-count);
    const dropped = facts.journal.length - entries.length;
    const top = y + h - (plan.narrow ? 32 : 36);
    for (let index = 0; index < count; index += 1) {
      const entry = entries[index];
      const kind = entry ? (entry.failed ? "is-failed" : "is-full") : "";
      const cell = svg("rect", { x: x + 16 + index * (CELL + 4), y: top, width: CELL, height: CELL, rx: 2, class: `fp-entry ${kind}` });
      if (entry) cell.append(svg("title", {}, fill(_("Journal entry %(position)s"), { position: entry.position })));
      group.append(cell);
      if (entry?.failed) group.append(text(x + 16 + index * (CELL + 4) + CELL / 2, top + 12, "!", "fp-mark", "middle"));
    }
    const words = facts.journal.length ? fill(_("journal: %(count)s entries"), { count: facts.journal.length }) : _("journal");
    group.append(text(x + w - 16, y + 27, words, "fp-note", "end"));
    if (facts.cursor !== null && facts.cursor - dropped >= 0 && entries.length) {
      const at = x + 16 + (Math.min(facts.cursor, facts.journal.length - 1) - dropped) * (CELL + 4) + CELL + 2;
      group.append(svg("path", { d: `M${at} ${top - 4}v${CELL + 8}`, class: "fp-cursor" }), svg("title", {}, _("AEM’s cursor: it has read up to here")));
    }
    return group;
  },
};
