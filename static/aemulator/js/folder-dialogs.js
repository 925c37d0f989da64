// The dialogs that change the tree: create, rename, move, delete. Used by the folder's page and the asset's.
import { _, fill, ngettext } from "./i18n.js";
import { ask, watchName } from "./dialogs.js";
import { folderName } from "./names.js";
import { complain, say } from "./notices.js";
import { href, join, nameOf, parentOf } from "./paths.js";
import { createFolder, move, remove } from "./repository.js";

const AT_ONCE = 3;

const dialogOf = (key) => document.getElementById(`dialog-${key}`);
const inputOf = (key) => dialogOf(key).querySelector("[name=name]");

// The name follows the title until somebody edits it.
const title = dialogOf("folder").querySelector("[name=title]");
const name = inputOf("folder");
let follows = true;
const checkFolderName = watchName(dialogOf("folder"), name);
title.addEventListener("input", () => {
  if (follows) name.value = folderName(title.value);
  checkFolderName();
});
name.addEventListener("input", () => (follows = name.value === folderName(title.value)));
dialogOf("folder").addEventListener("close", () => (follows = true));
const checkRename = watchName(dialogOf("rename"), inputOf("rename"));
const checkMove = watchName(dialogOf("move"), inputOf("move"), () => !inputOf("move").closest("[data-slot]").hidden);

export async function askForFolder(parent) {
  const answer = await ask("folder");
  if (!answer) return;
  const path = join(parent, answer.values.name);
  await attempt(async () => {
    if (!(await createFolder(path, answer.values.title))) throw new Error(fill(_("There is a folder “%(name)s” already."), answer.values));
    say(fill(_("Folder “%(title)s” created."), answer.values));
  });
}

/** Renames one item; resolves to its new path, or to null. */
export async function askForName(path) {
  inputOf("rename").value = nameOf(path);
  const asked = ask("rename", {}, { name: nameOf(path) });
  checkRename();
  const answer = await asked;
  const target = answer && join(parentOf(path), answer.values.name);
  if (!target || target === path) return null;
  return (await attempt(() => move(path, target))) ? target : null;
}

/** Moves items to a folder, one of them under another name too; resolves to [[from, to], …] of those that moved. */
export async function askForTarget(paths) {
  const single = paths.length === 1;
  const what = single ? nameOf(paths[0]) : ngettext("%(count)s item", "%(count)s items", paths.length);
  const field = dialogOf("move").querySelector('[data-slot="rename"]');
  field.hidden = !single;
  const asked = ask("move", { what, tree: (slot) => plantTree(slot, paths) }, { name: single ? nameOf(paths[0]) : "" });
  checkMove();
  const answer = await asked;
  if (!answer?.values.folder) return [];
  const wanted = paths.map((path) => [path, join(answer.values.folder, single ? answer.values.name : nameOf(path))]);
  const moved = await each(wanted.filter(([from, to]) => from !== to), ([from, to]) => move(from, to));
  if (moved.length) say(ngettext("%(count)s item moved.", "%(count)s items moved.", moved.length));
  return moved;
}

/** Deletes items after asking; resolves to the paths of those that are gone. */
export async function askToDelete(paths) {
  const question = paths.length === 1 ? fill(_("Delete “%(name)s”?"), { name: nameOf(paths[0]) }) : ngettext("Delete %(count)s item?", "Delete %(count)s items?", paths.length);
  const answer = await ask("delete", { title: question, names: paths });
  if (!answer) return [];
  const gone = await each(paths, remove);
  if (gone.length) say(ngettext("%(count)s item deleted.", "%(count)s items deleted.", gone.length));
  return gone;
}

export async function plantTree(slot, paths, query = "root") {
  slot.replaceChildren();
  await window.htmx.ajax("GET", `/assets.tree.html/content/dam?${query}`, { target: slot, swap: "innerHTML" });
  const first = slot.querySelector("input");
  if (first) {
    first.checked = first.type === "radio";
    if (!slot.closest("dialog").contains(document.activeElement) || document.activeElement.localName === "button") first.focus();
  }
  slot.oninput = slot.onclick = () => refuse(slot, paths);
  slot.addEventListener("htmx:afterSwap", () => refuse(slot, paths));
  slot.addEventListener("click", twist);
  refuse(slot, paths);
}

// A folder cannot go into itself or below.
function refuse(slot, paths) {
  for (const input of slot.querySelectorAll("input")) {
    input.disabled = paths.some((path) => input.value === path || input.value.startsWith(`${path}/`));
  }
}

function twist(event) {
  const button = event.target.closest(".twist");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  button.closest("li").querySelector(".twigs").hidden = !open;
}

/** Runs `work` on each of `things`, a few at a time; what fails is said once; resolves to those that worked. */
export async function each(things, work) {
  const waiting = [...things];
  const worked = [];
  const failures = [];
  const take = async () => {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) {
      await work(thing).then(() => worked.push(thing), (error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  if (failures.length) complain(ngettext("%(count)s item could not be changed: %(reason)s", "%(count)s items could not be changed: %(reason)s", failures.length, { reason: failures[0].message }));
  return worked;
}

export async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    complain(error.message);
    return false;
  }
}

/** Starts the download of the originals, one after the other, as browsers want it. */
export async function download(urls) {
  for (const url of urls) {
    const link = Object.assign(document.createElement("a"), { href: url, download: "" });
    link.click();
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export const detailsUrl = (path) => `/assetdetails.html${href(path)}`;
