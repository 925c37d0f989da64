// A folder's cards or rows: selection, keys, actions, drop of files; live-list.js keeps it up to date.
import { _, fill, ngettext, whole } from "./i18n.js";
import { fromDrop, fromInput, hasFiles } from "./dropped.js";
import { askForFolder, askForName, askForTarget, askToCopy, askToDelete } from "./folder-dialogs.js";
import { download } from "./download-dialog.js";
import { ItemWindow } from "./item-window.js";
import { LiveList } from "./live-list.js";
import { isCommand, visit } from "./navigation.js";
import { announce, complain } from "./notices.js";
import { askForProfile, askForProperties, askToReprocess } from "./processing-dialogs.js";
import { everything } from "./repository.js";
import { upload } from "./upload-plan.js";

class AssetCollection extends HTMLElement {
  connectedCallback() {
    this.selected = new Set();
    this.list = this.slotted("items");
    this.columns = this.querySelector("asset-columns");
    this.beyond = new Map(); // what is selected and not loaded: path → what its item would say
    this.window = new ItemWindow(this.list, (item) => this.mark(item, this.selected.has(item.dataset.path)));
    this.live = new LiveList(this, () => this.refresh());
    this.listen(this.list, "focusin", (event) => (this.lastFocused = event.target.closest(".item")));
    this.listen(this, "click", (event) => this.click(event), { capture: true }); // before the link itself hears of it
    this.listen(this, "change", (event) => this.changed(event));
    this.listen(document, "keydown", (event) => this.key(event));
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) this.listen(window, type, (event) => this[type](event));
    this.live.start();
    this.refresh();
  }

  disconnectedCallback() {
    this.live.stop();
    this.window.stop();
    for (const [target, type, handler, options] of this.listeners) target.removeEventListener(type, handler, options);
    this.listeners = [];
  }

  listen(target, type, handler, options) {
    (this.listeners ??= []).push([target, type, handler, options]);
    target.addEventListener(type, handler, options);
  }

  slotted(name) {
    return this.querySelector(`[data-slot="${name}"]`);
  }

  get isSearch() {
    return "searching" in this.dataset;
  }

  get folder() {
    return this.dataset.folder;
  }

  get items() {
    return this.window.items.filter((item) => !item.classList.contains("is-gone"));
  }

  /** {path, name, kind, download} of what is selected, loaded or not. */
  get chosen() {
    const loaded = this.items.filter((item) => this.selected.has(item.dataset.path)).map((item) => ({ ...item.dataset }));
    const known = new Set(loaded.map(({ path }) => path));
    return [...loaded, ...[...this.beyond.values()].filter(({ path }) => this.selected.has(path) && !known.has(path))];
  }

  // --- selection -----------------------------------------------------------------------------------------------------

  choose(item, on) {
    if (on) this.selected.add(item.dataset.path);
    else this.selected.delete(item.dataset.path);
    this.anchor = item;
    this.refresh();
  }

  chooseUpTo(item) {
    const items = this.items;
    const [from, to] = [items.indexOf(this.anchor), items.indexOf(item)].sort((a, b) => a - b);
    for (const each of items.slice(Math.max(from, 0), to + 1)) this.selected.add(each.dataset.path);
    this.refresh();
  }

  /** Brings everything that depends on items and selection in line with them. */
  refresh() {
    const items = this.items;
    const there = new Set(items.map((item) => item.dataset.path));
    for (const path of this.selected) if (!there.has(path) && !this.beyond.has(path)) this.selected.delete(path);
    this.window.update(true);
    for (const item of this.window.inPage) this.mark(item, this.selected.has(item.dataset.path));
    const count = this.selected.size;
    this.classList.toggle("is-selecting", count > 0);
    this.slotted("toolbar").hidden = count > 0;
    this.slotted("selection").hidden = count === 0;
    this.slotted("empty").hidden = items.length > 0;
    this.columns?.refresh?.(); // it is upgraded after its host
    this.list.closest("table, ul").hidden = items.length === 0;
    if (count) this.showSelection(count);
    if (count !== this.said) announce(count ? ngettext("%(count)s item selected", "%(count)s items selected", count) : "");
    this.said = count;
  }

  mark(item, on) {
    item.classList.toggle("is-selected", on);
    item.querySelector("input[type=checkbox]").checked = on;
  }

  showSelection(count) {
    const total = Number(this.dataset.total);
    const words = { count: whole(count), total: whole(total) };
    this.slotted("selected").textContent = fill(_("%(count)s of %(total)s selected"), words);
    const chosen = this.chosen;
    this.enable("rename", count === 1);
    this.enable("properties", count === 1);
    this.enable("apply-profile", chosen.some(({ kind }) => kind === "folder"));
  }

  enable(act, on) {
    this.slotted("selection").querySelector(`[data-act="${act}"]`).disabled = !on;
  }

  // --- mouse and keys ------------------------------------------------------------------------------------------------

  click(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) return this.act(act, event);
    const item = event.target.closest(".item");
    if (!item) return;
    if (event.shiftKey && this.anchor) {
      event.preventDefault();
      event.stopPropagation();
      this.chooseUpTo(item);
    } else if ((event.ctrlKey || event.metaKey) && event.target.closest(".item-link")) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(item, !this.selected.has(item.dataset.path));
    }
  }

  changed(event) {
    const input = event.target;
    if (input.dataset.pick) this.picked(input);
    else if (input.id === "sort") visit(`${location.pathname}?${new URLSearchParams(new FormData(input.form))}`);
    else if (input.closest(".item-check")) this.choose(input.closest(".item"), input.checked);
  }

  key(event) {
    if (!isCommand(event)) return;
    const command = event.ctrlKey || event.metaKey ? `Ctrl+${event.key.toLowerCase()}` : event.key;
    const act = {
      "Ctrl+a": "select-all", Escape: "clear", Backspace: "delete", Delete: "delete", m: "move", p: "properties",
      ArrowLeft: "step", ArrowRight: "step", ArrowUp: "step", ArrowDown: "step", " ": "toggle",
    }[command];
    if (!act || (act === "clear" && !this.selected.size && !this.isSearch)) return;
    if (["delete", "move", "properties"].includes(act) && !this.selected.size && !this.focused) return;
    if (act === "toggle" && !event.target.matches(".item-link")) return;
    event.preventDefault();
    this.act(act, event);
  }

  /** The item with the focus; right after a dialog closed, the one that had it before. */
  get focused() {
    const active = document.activeElement;
    return active === document.body ? this.items.find((item) => item === this.lastFocused) : active?.closest(".item");
  }

  act(act, event) {
    const acts = {
      "create-folder": () => askForFolder(this.folder),
      "pick-files": () => this.pick("files"),
      "pick-folder": () => this.pick("folder"),
      "show-news": () => this.live.showNews(),
      "select-all": () => this.selectAll(),
      clear: () => this.clear(),
      toggle: () => this.choose(this.focused, !this.selected.has(this.focused.dataset.path)),
      step: () => this.step(event),
      properties: () => this.properties(),
      download: () => download(this.chosen),
      copy: () => askToCopy(this.subjects),
      "apply-profile": () => askForProfile(this.chosen.filter(({ kind }) => kind === "folder").map(({ path }) => path)),
      rename: () => this.rename(),
      reprocess: () => askToReprocess(this.subjects, this.hasFolders),
      move: () => this.move(),
      delete: () => this.remove(),
    };
    return acts[act]?.();
  }

  /** First the selection goes, then the search. */
  clear() {
    if (!this.selected.size && this.isSearch) return visit(location.pathname);
    this.selected.clear();
    this.beyond.clear();
    this.refresh();
  }

  /** Also what is not loaded yet. */
  async selectAll() {
    for (const item of this.items) this.selected.add(item.dataset.path);
    this.refresh();
    if (!this.window.end) return;
    const all = await everything(this.dataset.liveUrl.replace("/assets.live.html/", "/assets.paths.json/")).catch((error) => complain(error.message));
    for (const one of all ?? []) {
      this.beyond.set(one.path, one);
      this.selected.add(one.path);
    }
    this.refresh();
  }

  step(event) {
    if (this.columns) return this.columns.step(event);
    const items = this.items;
    if (!items.length) return;
    const at = items.indexOf(this.focused);
    const target = at < 0 ? items[0] : items[this.next(items, at, event.key)];
    if (!target) return;
    this.window.reveal(target);
    target.querySelector(".item-link").focus();
    if (event.shiftKey) this.choose(target, true);
  }

  next(items, at, key) {
    if (key === "ArrowLeft") return at - 1;
    if (key === "ArrowRight") return at + 1;
    this.window.reveal(items[at]);
    const from = items[at].getBoundingClientRect();
    const sign = key === "ArrowDown" ? 1 : -1;
    const rows = this.window.inPage.map((item) => ({ index: items.indexOf(item), box: item.getBoundingClientRect() })).filter(({ index, box }) => index >= 0 && sign * (box.top - from.top) > 1);
    const near = Math.min(...rows.map(({ box }) => Math.abs(box.top - from.top)));
    const row = rows.filter(({ box }) => Math.abs(Math.abs(box.top - from.top) - near) < 2);
    return row.sort((a, b) => Math.abs(a.box.left - from.left) - Math.abs(b.box.left - from.left))[0]?.index ?? at;
  }

  // --- actions -------------------------------------------------------------------------------------------------------

  /** The selection, or without one what has the focus. */
  get subjects() {
    const paths = this.chosen.map(({ path }) => path);
    return paths.length || !this.focused ? paths : [this.focused.dataset.path];
  }

  /** Whether folders are among them. */
  get hasFolders() {
    return this.chosen.length ? this.chosen.some(({ kind }) => kind === "folder") : this.focused?.dataset.kind === "folder";
  }

  properties() {
    const [path] = this.subjects;
    const item = this.items.find((each) => each.dataset.path === path);
    if (item?.dataset.kind === "folder") return askForProperties(path);
    return item && visit(`/assetdetails.html${item.dataset.download}`);
  }

  async rename() {
    const [path] = this.subjects;
    const target = await askForName(path);
    if (target) this.live.renamed(path, target);
  }

  async move() {
    const moved = await askForTarget(this.subjects);
    this.departed(moved.map(([from]) => from));
  }

  async remove() {
    this.departed(await askToDelete(this.subjects));
  }

  departed(paths) {
    for (const path of paths) this.beyond.delete(path);
    this.live.remove(paths);
  }

  // --- files from outside --------------------------------------------------------------------------------------------

  pick(kind) {
    this.querySelector(`[data-pick="${kind}"]`).click();
  }

  picked(input) {
    upload(Promise.resolve(fromInput(input.files)), this.folder);
    input.value = "";
  }

  accepts(event) {
    return !this.isSearch && hasFiles(event.dataTransfer);
  }

  dragenter(event) {
    if (!this.accepts(event)) return;
    event.preventDefault();
    this.aim(event);
  }

  dragover(event) {
    if (!this.accepts(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.aim(event);
  }

  dragleave(event) {
    if (!event.relatedTarget) this.aim(null);
  }

  drop(event) {
    if (!this.accepts(event)) return;
    event.preventDefault();
    const target = this.aimed?.dataset.path ?? this.folder;
    this.aim(null);
    upload(fromDrop(event.dataTransfer), target);
  }

  // Over a folder's card the files go into that folder, else into the one that is open.
  aim(event) {
    const card = event?.target.closest?.(".item.folder") ?? null;
    if (card !== this.aimed) this.aimed?.classList.remove("is-drop-target");
    card?.classList.add("is-drop-target");
    this.aimed = card;
    const where = card?.dataset.path ?? this.folder;
    this.slotted("drop-where").textContent = fill(_("Drop to upload to %(folder)s"), { folder: where });
    this.slotted("overlay").hidden = !event;
  }
}

customElements.define("asset-collection", AssetCollection);
