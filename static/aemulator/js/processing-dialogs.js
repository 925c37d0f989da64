// Dialogs about processing: reprocess assets and folders, a folder's properties with its profile.
import { _, fill, ngettext } from "./i18n.js";
import { ask } from "./dialogs.js";
import { attempt, each } from "./folder-dialogs.js";
import { complain, element, say } from "./notices.js";
import { href, nameOf } from "./paths.js";
import { fragment, profiles, reprocess, setProperties } from "./repository.js";
import { Tabs } from "./tabs.js";

const PARTS = ["default-renditions", "metadata", "processing-profiles"];

const dialog = document.getElementById("dialog-reprocess");
const parts = dialog.querySelector('[data-slot="parts"]');
const problem = dialog.querySelector('[data-slot="problem"]');
const form = dialog.querySelector("form");

form.addEventListener("change", () => {
  parts.disabled = form.elements.scope.value !== "advanced";
  problem.textContent = "";
});
form.addEventListener("submit", (event) => {
  const chosen = PARTS.some((part) => form.elements[part].checked);
  if (event.submitter?.value !== "reprocess" || parts.disabled || chosen) return;
  event.preventDefault();
  problem.textContent = _("Choose at least one of the first three.");
});

/** Asks what to process of `paths`, assets and perhaps folders, and has it done. */
export async function askToReprocess(paths, withFolders) {
  if (!paths.length) return;
  parts.disabled = true;
  const answer = await ask("reprocess", { names: paths, below: (hint) => (hint.hidden = !withFolders) });
  if (!answer) return;
  const advanced = answer.values.scope === "advanced";
  const wanted = advanced ? PARTS.filter((part) => part in answer.values) : [];
  await start(paths, wanted, !advanced || "post" in answer.values);
}

async function start(paths, wanted, postProcess) {
  await attempt(async () => {
    const { length } = await reprocess(paths, wanted, postProcess);
    if (length) say(ngettext("%(count)s asset is processed again.", "%(count)s assets are processed again.", length));
    else say(_("There is nothing to process in it."));
  });
}

/** Applies a processing profile to folders, as AEM's Properties of each of them do. */
export async function askForProfile(folders) {
  if (!folders.length) return;
  const known = await profiles().catch((error) => complain(error.message));
  if (!known) return;
  const options = known.map(({ path, title }) => element("option", { value: path }, title));
  const fillIn = (slot) => slot.replaceChildren(element("option", { value: "" }, _("None of its own: inherited")), ...options);
  const answer = await ask("apply-profile", { names: folders, profiles: fillIn });
  if (!answer) return;
  const changed = await each(folders, (path) => setProperties(path, { "jcr:content/processingProfile": answer.values.profile }));
  if (changed.length) say(ngettext("Profile of %(count)s folder changed.", "Profile of %(count)s folders changed.", changed.length));
  if (changed.length && answer.values.reprocess) await start(changed, [], true);
}

/** Shows and saves the properties of a folder. */
export async function askForProperties(path) {
  const fetched = await fragment(`/assets.properties.html${href(path)}`).catch((error) => complain(error.message));
  if (!fetched) return;
  const shown = fetched.content.querySelector("dialog");
  document.body.append(shown);
  new Tabs(shown);
  const before = Object.fromEntries(new FormData(shown.querySelector("form")));
  const answer = await ask("folder-properties");
  shown.remove();
  if (answer) await save(path, before, answer.values);
}

async function save(path, before, { title, profile, reprocess: again }) {
  const fields = {};
  if (title !== before.title) fields["jcr:content/jcr:title"] = title;
  if (profile !== before.profile) fields["jcr:content/processingProfile"] = profile;
  const done = await attempt(() => (Object.keys(fields).length ? setProperties(path, fields) : null));
  if (!done) return;
  say(fill(_("Properties of “%(name)s” saved."), { name: nameOf(path) }));
  if (again) await start([path], [], true);
}
