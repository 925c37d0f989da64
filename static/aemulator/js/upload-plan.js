// From what a person dropped to uploads: names made valid, folders created, duplicates asked about.
import { _, fill, ngettext } from "./i18n.js";
import { assetName, folderName, isLitter, numbered } from "./names.js";
import { createFolder, existing } from "./repository.js";
import { complain, say } from "./notices.js";
import { ask } from "./dialogs.js";
import { join } from "./paths.js";
import { Upload, queue } from "./upload-queue.js";

const NAMES_AT_ONCE = 500;

/** `found` is a promise of what dropped.js collects. */
export async function upload(found, folder) {
  try {
    const plan = planOf(await found, folder);
    if (plan.skipped) say(ngettext("%(count)s system file was left out.", "%(count)s system files were left out.", plan.skipped));
    await createFolders(plan);
    const uploads = await settleDuplicates(plan);
    if (uploads.length) queue.add(uploads);
  } catch (error) {
    complain(fill(_("Nothing was uploaded. %(reason)s"), { reason: error.message }));
  }
}

/** {files: Map(folder → Map(name → File)), folders: Map(path → title), skipped} */
export function planOf(found, root) {
  const plan = { files: new Map([[root, new Map()]]), folders: new Map(), skipped: 0 };
  for (const { file, folders } of found) {
    if (folders.some(isLitter) || (file && isLitter(file.name))) plan.skipped += file ? 1 : 0;
    else place(plan, file, folderFor(plan, root, folders));
  }
  return plan;
}

function folderFor(plan, root, titles) {
  let path = root;
  for (const title of titles) {
    path = join(path, folderName(title));
    if (!plan.folders.has(path)) plan.folders.set(path, title);
  }
  return path;
}

function place(plan, file, folder) {
  if (!plan.files.has(folder)) plan.files.set(folder, new Map());
  if (!file) return;
  const there = plan.files.get(folder);
  const name = assetName(file.name);
  there.set(there.has(name) ? numbered(name, there) : name, file);
}

// Parents come before their children: that is the order in which they were met.
async function createFolders(plan) {
  plan.fresh = new Set();
  for (const [path, title] of plan.folders) {
    if (await createFolder(path, title)) plan.fresh.add(path);
  }
}

async function settleDuplicates(plan) {
  const taken = new Map();
  for (const [folder, files] of plan.files) {
    if (!plan.fresh.has(folder)) taken.set(folder, await existingOf(folder, [...files.keys()]));
  }
  const duplicates = [...taken].flatMap(([folder, names]) => [...names].map((name) => join(folder, name)));
  const policies = await askAbout(duplicates);
  if (!policies) return [];
  return [...plan.files].flatMap(([folder, files]) => uploadsOf(folder, files, taken.get(folder) ?? new Set(), policies));
}

async function existingOf(folder, names) {
  const found = new Set();
  for (let start = 0; start < names.length; start += NAMES_AT_ONCE) {
    for (const name of await existing(folder, names.slice(start, start + NAMES_AT_ONCE))) found.add(name);
  }
  return found;
}

/** Path → replace, version, keep or skip: one answer for all, or one for each. Null when everything is called off. */
async function askAbout(duplicates) {
  const policies = new Map();
  for (let left = duplicates; left.length; left = left.filter((path) => !policies.has(path))) {
    const title = ngettext("%(count)s file exists already", "%(count)s files exist already", left.length);
    const all = fill(_("Do the same with all %(count)s"), { count: left.length });
    const asked = ask("conflict", { title, names: left, all });
    document.getElementById("dialog-conflict").querySelector('[data-slot="apply"]').hidden = left.length === 1;
    const answer = await asked;
    if (!answer) return null;
    const policy = answer.action === "skip" ? "skip" : answer.values.policy;
    for (const path of answer.values.all ? left : left.slice(0, 1)) policies.set(path, policy);
  }
  return policies;
}

function uploadsOf(folder, files, taken, policies) {
  const names = new Set([...taken, ...files.keys()]);
  const uploads = [];
  for (const [name, file] of files) {
    const exists = taken.has(name);
    const policy = policies.get(join(folder, name));
    if (exists && policy === "skip") continue;
    const target = exists && policy === "keep" ? numbered(name, names) : name;
    names.add(target);
    uploads.push(new Upload(file, folder, target, exists && policy !== "keep" ? policy : "new"));
  }
  return uploads;
}
