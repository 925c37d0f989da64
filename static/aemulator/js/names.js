// What AEM refuses in names and what its uploader puts instead, so that a name means the same here and there.
import { _, fill } from "./i18n.js";

const REFUSED = /[*/:[\]\\|#%{}?&]/;
const FOLDER_UNWANTED = /[.%;#+?^{}\s"&]/g;
const ASSET_UNWANTED = /[#%{}?&]/g;
const ALWAYS_UNWANTED = /[/:[\]|*\\]/g;
// Files that operating systems leave in folders.
const LITTER = /^(\..*|~.*|.*\.tmp|thumbs\.db|desktop\.ini)$/i;

export const folderName = (title) => title.trim().replace(FOLDER_UNWANTED, "-").toLowerCase().replace(ALWAYS_UNWANTED, "-");

const baseOf = (path) => path.replace(/^.*[/\\]/s, "");

export const assetName = (name) => baseOf(name).trim().normalize("NFC").replace(ASSET_UNWANTED, "-").replace(ALWAYS_UNWANTED, "-");

export const isLitter = (name) => LITTER.test(name);

/** Why `name` can't be the name of an asset or folder; empty when it can. */
export function problemOf(name) {
  const bad = name.match(REFUSED);
  if (bad) return fill(_("“%(character)s” cannot be in a name: AEM refuses * / : [ ] \\ | # %% { } ? &"), { character: bad[0] });
  if (/[\u0000-\u001f\u007f]/.test(name)) return _("A name cannot contain control characters.");
  if (!name.trim() || name === "." || name === "..") return _("A name is needed.");
  if (name !== name.trim()) return _("A name cannot begin or end with a blank.");
  if (name.length > 150) return _("A name has at most 150 characters.");
  return "";
}

/** `photo.jpg` → `photo1.jpg` as AEM has it, the first number that `taken` does not have. */
export function numbered(name, taken) {
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let number = 1; ; number += 1) {
    const candidate = `${stem}${number}${extension}`;
    if (!taken.has(candidate)) return candidate;
  }
}
