// Downloads: one asset as it is, several and folders as one ZIP that the server writes while it sends it.
import { _, fill, ngettext } from "./i18n.js";
import { ask } from "./dialogs.js";
import { bytes } from "./formats.js";
import { complain, element, say } from "./notices.js";
import { nameOf } from "./paths.js";
import { downloadSize } from "./repository.js";

/** `items` are {path, name, kind, download}. */
export async function download(items) {
  const [first] = items;
  if (items.length === 1 && first.download) return Object.assign(document.createElement("a"), { href: first.download, download: first.name }).click();
  return askToDownload(items.map(({ path }) => path));
}

async function askToDownload(paths) {
  const amounts = await downloadSize(paths).catch((error) => complain(error.message));
  if (!amounts) return;
  const words = ({ files, bytes: size }) => fill(_("%(files)s, %(size)s"), { files: ngettext("%(count)s file", "%(count)s files", files), size: bytes(size) });
  const answer = await ask("download", { originals: words(amounts.originals), renditions: words(amounts.renditions) });
  if (!answer) return;
  const { originals, renditions } = answer.values;
  if (!originals && !renditions) return;
  send(paths, { downloadAssets: Boolean(originals), downloadRenditions: Boolean(renditions) });
  say(_("The download has begun."));
}

// A form, so that the browser itself saves the answer, of any size, with its own progress.
function send(paths, choices) {
  const name = paths.length === 1 ? `${nameOf(paths[0])}.zip` : "assets.zip";
  const form = element("form", { method: "post", action: `/content/dam.assetdownload.zip/${encodeURIComponent(name)}`, hidden: true });
  for (const path of paths) form.append(element("input", { name: "path", value: path }));
  for (const [field, value] of Object.entries(choices)) form.append(element("input", { name: field, value: String(value) }));
  document.body.append(form);
  form.submit();
  form.remove();
}
