import { _, fill, ngettext } from "../../i18n.js";
import { bytes } from "../../formats.js";
import { steps } from "../system.js";
import { picture } from "./drawing.js";

const stepScene = (n) => ({
  title: steps()[n - 1].title,
  number: n,
  step: n,
  words: () => steps()[n - 1].sentence,
  more: () => steps()[n - 1].real,
  act: (stage) => stage.advanceTo(n),
});

export const scenes = () => [
  {
    title: _("A picture of its own"),
    number: "·",
    words: () => _("The lesson makes a folder, draws a picture, and pauses everything in that folder before each step. Nothing else on this server is paused."),
    act: async (stage) => {
      await stage.open();
      await stage.hold();
    },
  },
  {
    title: steps()[0].title,
    number: 1,
    step: 1,
    words: () => steps()[0].sentence,
    more: () => steps()[0].real,
    act: async (stage) => {
      const file = await picture("hills.jpg", { seed: 3 });
      stage.size = file.size;
      await stage.upload(file);
      await stage.follow();
    },
    result: (stage) => fill(_("%(size)s went from this browser to the blob storage; not one byte of the picture through AEM."), { size: bytes(stage.size) }),
  },
  stepScene(2),
  stepScene(3),
  stepScene(4),
  stepScene(5),
  stepScene(6),
  stepScene(7),
  {
    title: _("The finished asset"),
    number: "✓",
    words: () => _("The lesson lets everything run on. When the last event has been read, the asset is processed."),
    act: async (stage) => {
      await stage.release();
      await stage.finished();
    },
    result: (stage) => ngettext("%(count)s rendition is attached.", "%(count)s renditions are attached.", stage.detail.flow.counts.attached),
  },
];
