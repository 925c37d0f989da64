import { _, fill, ngettext } from "../../i18n.js";
import { picture } from "./drawing.js";

const TIMES = 2;
const refusals = (detail) => detail.exchanges.filter((one) => one.status === 429);

export const scenes = () => [
  {
    title: _("A service that says “not now”"),
    words: () => fill(_("The lesson switches a fault on, for its own folder only: the next %(times)s processing jobs are answered with 429 Too Many Requests and “Retry-After: 1”."), { times: TIMES }),
    act: async (stage) => {
      await stage.open();
      await stage.fault("too-many-requests", { parameters: { retry_after: 1 }, match: { service: "compute", step: 2 }, times: TIMES });
    },
  },
  {
    title: _("Upload into the storm"),
    step: 2,
    words: () => _("A picture is uploaded. AEM sends its job, and Asset Compute refuses it: watch the arrow of step 2."),
    more: () => _("Real Asset Compute limits how many requests an organization may send; a client has to slow down and try again."),
    act: async (stage) => {
      await stage.upload(await picture("storm.jpg", { seed: 2 }));
      await stage.follow();
      await stage.when((detail) => refusals(detail).length > 0);
    },
    result: () => _("429: the upload is not lost. Its job waits in AEM’s outbox."),
  },
  {
    title: _("Wait, and try again"),
    step: 2,
    words: () => _("AEM waits as long as Retry-After says, and sends the same job with the same request id, until it is taken."),
    act: async (stage) => {
      await stage.when((detail) => detail.exchanges.some((one) => one.step === 2 && one.status === 200));
    },
    result: (stage) => ngettext("Refused %(count)s time, then taken.", "Refused %(count)s times, then taken.", refusals(stage.detail).length),
  },
  {
    title: _("Nothing was lost"),
    step: 7,
    words: () => _("The rest goes as always. The storm cost time, and no rendition."),
    act: (stage) => stage.finished(),
    result: (stage) => ngettext("%(count)s rendition is attached.", "%(count)s renditions are attached.", stage.detail.flow.counts.attached),
  },
];
