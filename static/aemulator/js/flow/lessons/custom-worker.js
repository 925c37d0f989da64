import { _, fill } from "../../i18n.js";
import { nameOfWorker } from "../system.js";
import { picture } from "./drawing.js";

const NAME = "circle";
const FILE = `${NAME}.png`;

const circle = (stage) => stage.detail.renditions.find((one) => one.name === FILE);

export const scenes = () => [
  {
    title: _("A worker of your own"),
    words: () => _("A custom worker is code that answers a POST. This server has one for the lesson: it cuts a picture to a circle. Yours would be an action on I/O Runtime."),
    act: async (stage) => {
      await stage.open();
      stage.worker = new URL("/flow/lesson-worker", location.href).href;
      stage.made = await stage.profile({ title: `Circle ${Date.now().toString(36)}`, custom: [{ name: NAME, extension: "png", worker: stage.worker, params: { width: "300" } }] });
      await stage.apply(stage.made.path);
    },
    result: (stage) => fill(_("A profile asks %(worker)s for %(name)s."), { worker: nameOfWorker(stage.worker), name: FILE }),
  },
  {
    title: _("Upload a picture"),
    step: 2,
    words: () => _("The job names the worker’s URL for one of its renditions. Asset Compute makes the others itself, and calls the worker for that one."),
    act: async (stage) => {
      await stage.upload(await picture("lake.jpg", { seed: 6 }));
      await stage.follow();
      await stage.when(({ flow }) => flow.step >= 3);
    },
  },
  {
    title: _("The worker works"),
    step: 5,
    words: () => _("The worker reads the original and writes its rendition by signed URLs, as the core workers do. It has no account in AEM, and needs none."),
    more: () => _("Adobe’s worker SDK does the transfers; what you write is the function between them."),
    act: async (stage) => {
      await stage.when(() => ["event", "attached", "failed"].includes(circle(stage)?.state));
    },
  },
  {
    title: _("Its own event, attached"),
    step: 7,
    words: () => _("The worker sends its event to I/O Events itself. AEM reads it in the journal like any other, and attaches the rendition."),
    act: async (stage) => {
      await stage.finished();
      if (circle(stage)?.state !== "attached") throw new Error(`${circle(stage)?.reason}: ${circle(stage)?.message}`);
    },
    result: () => fill(_("%(name)s is attached. For a worker in JavaScript see docs/custom-workers.md."), { name: FILE }),
  },
];
