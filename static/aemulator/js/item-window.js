// Long lists: of thousands of items only those near what is seen are in the page. The others are kept outside of it, in
// order, as an empty element and the text of its content; two spacers take their room.

const LONG = 240; // items; shorter lists are in the page as a whole
const AHEAD = 1200; // pixels above and below what is seen that are in the page
const SLACK = 500; // pixels of them that may be used up before items are exchanged

export class ItemWindow {
  /** `dress(item)` is called for each item that comes into the page, `moved()` when another part may be seen. */
  constructor(list, dress) {
    Object.assign(this, { list, dress, moved: () => {}, contents: new WeakMap(), column: list.closest(".column") });
    [this.above, this.below] = [spacer(list), spacer(list)];
    this.reset();
    this.onScroll = (event) => event.target.contains(list) && this.update();
    document.addEventListener("scroll", this.onScroll, { capture: true, passive: true });
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(list);
  }

  stop() {
    document.removeEventListener("scroll", this.onScroll, { capture: true });
    this.sizes.disconnect();
  }

  /** The list as the server made it. */
  reset() {
    this.items = [...this.list.querySelectorAll(".item")];
    this.paths = new Map(this.items.map((item) => [item.dataset.path, item]));
    this.rows = null;
    [this.first, this.last] = [0, this.items.length];
    this.above.hidden = this.below.hidden = true;
    this.list.prepend(this.above);
    this.list.insertBefore(this.below, this.end);
  }

  get isExchanged() {
    return !this.above.isConnected;
  }

  /** What is shown in place of the pages that are not loaded, or null. */
  get end() {
    return this.list.querySelector(":scope > [data-more]");
  }

  /** The items that are in the page. */
  get inPage() {
    return this.items.slice(this.first, this.last);
  }

  find(path) {
    return this.paths.get(path);
  }

  indexOf(item) {
    return this.items.indexOf(item);
  }

  // --- changes of the list -------------------------------------------------------------------------------------------

  insert(item, before) {
    const index = before ? this.indexOf(before) : this.items.length;
    this.items.splice(index, 0, item);
    this.paths.set(item.dataset.path, item);
    if (index < this.first) this.first += 1;
    else if (index > this.last) return this.empty(item);
    else this.list.insertBefore(item, before?.isConnected ? before : this.below);
    this.last += 1;
    if (index < this.first) this.empty(item);
    return null;
  }

  remove(item) {
    const index = this.indexOf(item);
    if (index < 0) return;
    this.items.splice(index, 1);
    this.paths.delete(item.dataset.path);
    if (index < this.first) this.first -= 1;
    if (index < this.last) this.last -= 1;
    item.remove();
  }

  /** The items of another page, but those that are there: live updates may have brought them already. */
  append(items) {
    for (const item of items.filter(({ dataset }) => !this.paths.has(dataset.path))) {
      this.empty(item);
      this.items.push(item);
      this.paths.set(item.dataset.path, item);
    }
  }

  /** New content for an item; whether it is one that has none now. */
  keep(item, fresh) {
    if (!this.contents.has(item)) return false;
    this.contents.set(item, fresh.innerHTML);
    return true;
  }

  // --- what is in the page -------------------------------------------------------------------------------------------

  /** Brings the page in line with what is seen; `anew` after the list itself changed. */
  update(anew = false) {
    this.moved();
    if (this.items.length < LONG) return this.show(0, this.items.length);
    this.rows ??= this.measure();
    const view = this.view();
    const isEnough = this.offset(this.first) <= Math.max(0, view.top - SLACK) && this.offset(this.last) >= Math.min(this.height, view.bottom + SLACK);
    if (isEnough && !anew) return null;
    return this.show(this.at(view.top - AHEAD), this.at(view.bottom + AHEAD, 1));
  }

  /** Puts the item into the page and before people's eyes. */
  reveal(item) {
    const index = this.indexOf(item);
    if (!item.isConnected) {
      const top = this.offset(index);
      this.show(this.at(top - AHEAD), this.at(top + AHEAD, 1));
      item.scrollIntoView({ block: "center" });
    }
    item.scrollIntoView({ block: "nearest" });
  }

  show(from, to) {
    const [first, last] = [this.first, this.last];
    for (let index = first; index < last; index += 1) if (index < from || index >= to) this.hide(this.items[index]);
    this.bringBack(from, Math.min(first, to), this.items.slice(first, last).find((item) => item.isConnected) ?? this.below);
    this.bringBack(Math.max(last, from), to, this.below);
    [this.first, this.last] = [from, to];
    size(this.above, from > 0 && this.offset(from) - this.rows.gap);
    size(this.below, to < this.items.length && this.height - this.offset(to) - this.rows.gap);
  }

  bringBack(from, to, before) {
    if (from >= to) return;
    const items = this.items.slice(from, to);
    const content = document.createDocumentFragment();
    for (const item of items) {
      this.fill(item);
      content.append(item);
    }
    this.list.insertBefore(content, before);
    for (const item of items) {
      window.htmx?.process(item);
      this.dress(item);
    }
  }

  hide(item) {
    this.empty(item);
    item.remove();
  }

  empty(item) {
    if (this.contents.has(item)) return;
    this.contents.set(item, item.innerHTML);
    item.replaceChildren();
  }

  fill(item) {
    const content = this.contents.get(item);
    if (content === undefined) return;
    this.contents.delete(item);
    item.innerHTML = content;
  }

  // --- where items are: folders come first, and their rows have a height of their own ----------------------------------

  resized() {
    const { width } = this.list.getBoundingClientRect();
    if (width === this.width) return;
    this.width = width;
    this.rows = null;
    this.update(true);
  }

  measure() {
    const gap = parseFloat(getComputedStyle(this.list).rowGap) || 0;
    const [folders, assets] = ["folder", "asset"].map((kind) => rowsOf(this.inPage.filter((item) => item.dataset.kind === kind), gap));
    return { gap, folders: folders ?? assets, assets: assets ?? folders };
  }

  get folderCount() {
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle].dataset.kind === "folder") low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get foldersHeight() {
    const { columns, height } = this.rows.folders;
    return Math.ceil(this.folderCount / columns) * height;
  }

  get height() {
    return this.offset(this.items.length);
  }

  /** Pixels from the start of the list to the row of an item; to its end for the index after the last. */
  offset(index) {
    const { folders, assets } = this.rows;
    const count = this.folderCount;
    if (index < count) return Math.floor(index / folders.columns) * folders.height;
    const isEnd = index === this.items.length;
    const rows = (index - count) / assets.columns;
    return this.foldersHeight + (isEnd ? Math.ceil(rows) : Math.floor(rows)) * assets.height;
  }

  /** The first item of the row so many pixels below the start of the list, or of the row `more` rows further on. */
  at(pixels, more = 0) {
    const { folders, assets } = this.rows;
    const [count, end] = [this.folderCount, this.foldersHeight];
    const row = Math.max(0, Math.floor(pixels / folders.height) + more) * folders.columns;
    if (row < count) return row;
    const beyond = pixels < end ? 0 : Math.floor((pixels - end) / assets.height) + more;
    return Math.min(this.items.length, count + beyond * assets.columns);
  }

  /** What is seen of the list, in pixels from its start. */
  view() {
    const { top } = this.list.getBoundingClientRect();
    const box = this.column?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight };
    return { top: Math.max(0, box.top - top), bottom: box.bottom - top };
  }
}

/** {columns, height} of the rows of these items, which are in the page; null when there are none. */
function rowsOf(items, gap) {
  if (!items.length) return null;
  const tops = items.map((item) => item.getBoundingClientRect().top);
  const columns = tops.filter((top) => top === tops[0]).length;
  const rows = Math.ceil(items.length / columns);
  const own = items[0].getBoundingClientRect().height + gap;
  return { columns, height: rows > 1 ? (tops.at(-1) - tops[0]) / (rows - 1) : own };
}

function spacer(list) {
  const isTable = list.localName === "tbody";
  const element = document.createElement(isTable ? "tr" : "li");
  element.className = "spacer";
  element.setAttribute("aria-hidden", "true");
  if (isTable) element.innerHTML = '<td colspan="8"></td>';
  return element;
}

function size(element, height) {
  element.hidden = !height;
  element.style.height = `${height || 0}px`;
}
