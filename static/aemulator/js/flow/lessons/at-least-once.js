import { _, ngettext } from "../../i18n.js";
import { picture } from "./drawing.js";

/** How many entries of the journal are about a rendition that an entry before was about. */
export const repeated = ({ journal }) => journal.length - new Set(journal.map((entry) => entry.rendition)).size;

export const scenes = () => [
  {
    title: _("An event that comes twice"),
    words: () => _("I/O Events promises to deliver each event at least once, not exactly once. The lesson switches a fault on that puts each event of its folder into the journal twice."),
    act: async (stage) => {
      await stage.open();
      await stage.fault("event-duplicated", {});
    },
  },
  {
    title: _("Upload a picture"),
    step: 6,
    words: () => _("The picture goes through the steps as always. Watch the journal at the bottom: it gets more entries than there are renditions."),
    act: async (stage) => {
      await stage.upload(await picture("twins.jpg", { seed: 4 }));
      await stage.follow();
      await stage.when((detail) => detail.flow.state === "done" && repeated(detail) > 0);
    },
    result: (stage) => ngettext("%(count)s entry of the journal came again.", "%(count)s entries of the journal came again.", repeated(stage.detail)),
  },
  {
    title: _("Attached once"),
    step: 7,
    words: () => _("AEM remembers, in the same transaction that attaches a rendition, which one it has attached: the second entry finds nothing to do."),
    more: () => _("Whatever reads the journal, your own code too, has to do that: an event id or a rendition that was seen before changes nothing."),
    act: (stage) => stage.finished(),
    result: (stage) => ngettext("%(count)s rendition is attached, once.", "%(count)s renditions are attached, each once.", stage.detail.flow.counts.attached),
  },
];
