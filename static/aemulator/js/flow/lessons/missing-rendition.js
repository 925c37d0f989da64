import { _, fill } from "../../i18n.js";
import { picture } from "./drawing.js";

const NAME = "lesson-web.png";

const body = (exclude) => ({ title: `Lesson ${Date.now().toString(36)}`, images: [{ name: NAME, format: "png", width: 400, excludeMimeTypes: exclude }] });

const reasonOf = (stage) => stage.missing?.find((one) => one.rendition === NAME);

async function lookFor(stage) {
  stage.missing = (await stage.absences()).filter((one) => one.rendition === NAME);
  stage.show(stage.missing);
}

export const scenes = () => [
  {
    title: _("A profile that leaves JPEG out"),
    words: () => fill(_("The lesson makes a processing profile with one rendition, %(name)s, whose excluded MIME types say image/jpeg, and applies it to a folder."), { name: NAME }),
    act: async (stage) => {
      await stage.open();
      stage.made = await stage.profile(body("image/jpeg"));
      await stage.apply(stage.made.path);
    },
  },
  {
    title: _("Upload a JPEG"),
    words: () => _("A JPEG is uploaded into that folder. The flow goes well, and every default rendition arrives."),
    act: async (stage) => {
      await stage.upload(await picture("coast.jpg", { seed: 5, width: 1200, height: 800 }));
      stage.first = await stage.follow();
      await stage.finished();
    },
  },
  {
    title: _("Why is there no rendition?"),
    words: () => fill(_("There is no %(name)s, and no error either: it was never asked for. The inspector and the asset’s page say why."), { name: NAME }),
    act: lookFor,
    result: (stage) => reasonOf(stage)?.words,
  },
  {
    title: _("The other usual reason"),
    words: () => _("The same picture goes into a folder beside the first one. A folder inherits the profile of those above it, never that of its neighbour."),
    act: async (stage) => {
      const beside = await stage.addFolder(`beside-${Date.now().toString(36)}`);
      await stage.upload(await picture("coast.jpg", { seed: 5, width: 1200, height: 800 }), beside);
      await stage.follow();
      await stage.finished();
      await lookFor(stage);
    },
    result: (stage) => reasonOf(stage)?.words,
  },
  {
    title: _("The remedy"),
    words: () => _("Back in the first folder, the lesson takes image/jpeg from the excluded MIME types and reprocesses the asset: profiles act on what is processed after they were changed."),
    act: async (stage) => {
      stage.path = `${stage.folder}/coast.jpg`;
      await stage.changeProfile(stage.made.name, { ...body(""), title: stage.made.title });
      await stage.reprocess();
      await stage.follow(stage.path, stage.first);
      await stage.when(({ renditions }) => renditions.some((one) => one.name === NAME && one.state === "attached"));
      await lookFor(stage);
    },
    result: () => fill(_("%(name)s is attached."), { name: NAME }),
  },
];
