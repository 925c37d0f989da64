import { _, fill } from "../../i18n.js";
import { picture } from "./drawing.js";

const NAME = "cq5dam.zoom.2048.2048.jpeg";
const jobs = ({ exchanges }) => exchanges.filter((one) => one.step === 2 && one.status === 200);

export const scenes = () => [
  {
    title: _("A target has so much room"),
    words: () => fill(_("Nobody knows how large a rendition will be, so AEM signs URLs for a generous size. The lesson switches a fault on: the first %(name)s in its folder does not fit."), { name: NAME }),
    act: async (stage) => {
      await stage.open();
      await stage.fault("rendition-too-large", { match: { rendition: NAME }, times: 1 });
    },
  },
  {
    title: _("Upload a picture"),
    step: 5,
    words: () => _("The worker finds that the rendition has more bytes than the signed URLs take, and fails it with RenditionTooLarge and the size that it would have."),
    act: async (stage) => {
      await stage.upload(await picture("panorama.jpg", { seed: 7, width: 2400, height: 1500 }));
      await stage.follow();
      await stage.when((detail) => JSON.stringify(detail.journal).includes("RenditionTooLarge"));
    },
    result: () => _("rendition_failed: RenditionTooLarge is in the journal."),
  },
  {
    title: _("Asked for again, with more room"),
    step: 2,
    words: () => _("AEM reads that event, signs more URLs, and sends a second job for this one rendition."),
    more: () => _("To a person the rendition is late, not missing. Only when the largest target is too small does it fail."),
    act: async (stage) => {
      await stage.until(async () => (await stage.absences()).every((one) => one.rendition !== NAME));
      await stage.look();
    },
    result: (stage) => fill(_("%(name)s is attached after %(jobs)s jobs."), { name: NAME, jobs: Math.max(2, jobs(stage.detail).length) }),
  },
];
