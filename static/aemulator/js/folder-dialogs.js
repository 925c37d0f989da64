// The dialogs that change the tree: create, rename, move, copy, delete. Used by the folder's page and the asset's.
import { _, fill, ngettext } from "./i18n.js";
import { ask, watchName } from "./dialogs.js";
import { folderName, numbered } from "./names.js";
import { complain, element, say } from "./notices.js";
import { href, join, nameOf, parentOf } from "./paths.js";
import { copy, createFolder, existing, move, remove } from "./repository.js";

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
  const wanted = await askWhere(paths, { title: _("Move to"), act: _("Move") });
  const moved = await each(wanted.filter(([from, to]) => from !== to), ([from, to]) => move(from, to));
  if (moved.length) say(ngettext("%(count)s item moved.", "%(count)s items moved.", moved.length));
  return moved;
}

/** Copies items to a folder; a name that is taken there gets a number, as AEM does. */
export async function askToCopy(paths) {
  const wanted = await askWhere(paths, { title: _("Copy to"), act: _("Copy") });
  if (!wanted.length) return;
  const folder = parentOf(wanted[0][1]);
  const taken = await existing(folder, wanted.map(([, to]) => nameOf(to))).catch(() => new Set());
  const copied = await each(wanted, ([from, to]) => {
    const name = taken.has(nameOf(to)) ? numbered(nameOf(to), taken) : nameOf(to);
    taken.add(name);
    return copy(from, join(folder, name));
  });
  if (copied.length) say(ngettext("%(count)s item copied.", "%(count)s items copied.", copied.length));
}

async function askWhere(paths, { title, act }) {
  if (!paths.length) return [];
  const single = paths.length === 1;
  const what = single ? nameOf(paths[0]) : ngettext("%(count)s item", "%(count)s items", paths.length);
  const field = dialogOf("move").querySelector('[data-slot="rename"]');
  field.hidden = !single;
  const slots = { what, title, act, tree: (slot) => plantTree(slot, paths) };
  const asked = ask("move", slots, { name: single ? nameOf(paths[0]) : "" });
  checkMove();
  const answer = await asked;
  if (!answer?.values.folder) return [];
  return paths.map((path) => [path, join(answer.values.folder, single ? answer.values.name : nameOf(path))]);
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

/** Runs `work` on each of `things` (paths, or [path, …]), a few at a time; lists what failed; resolves to what worked. */
export async function each(things, work) {
  const waiting = [...things];
  const worked = [];
  const failures = [];
  const take = async () => {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) {
      await work(thing).then(() => worked.push(thing), (error) => failures.push([thing, error]));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  tell(failures, things.length);
  return worked;
}

// One failure is a note, several are a list: each with its reason, all still selected.
function tell(failures, all) {
  if (!failures.length) return;
  const of = ([thing]) => nameOf(Array.isArray(thing) ? thing[0] : thing);
  if (failures.length === 1) {
    complain(fill(_("“%(name)s” could not be changed: %(reason)s"), { name: of(failures[0]), reason: failures[0][1].message }));
    return;
  }
  const rows = failures.map((failure) => element("li", {}, element("strong", {}, of(failure)), " ", failure[1].message));
  const title = fill(_("%(count)s of %(all)s items could not be changed"), { count: failures.length, all });
  ask("failures", { title, reasons: (slot) => slot.replaceChildren(...rows) });
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

export const detailsUrl = (path) => `/assetdetails.html${href(path)}`;
