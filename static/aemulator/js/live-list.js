// Keeps a sorted list of items as the repository has it, without ever moving what is under the pointer.
import { ngettext } from "./i18n.js";
import { Follower, latest } from "./live.js";
import { ItemPages } from "./item-pages.js";
import { announce, complain } from "./notices.js";
import { fragment } from "./repository.js";

const FORGOTTEN = 410; // the changes since then are no longer kept

export class LiveList {
  /** `host` has the `window` of the items; `refresh` is called after every change of them. */
  constructor(host, refresh) {
    Object.assign(this, { host, refresh, list: host.list, window: host.window, seq: Number(host.dataset.seq), waiting: new Map(), leaving: new Set() });
    this.follower = new Follower(() => this.catchUp(), 250);
    this.over = (event) => this.hover(event.target.closest?.(".item") ?? null);
    this.out = () => this.settle();
    this.pages = new ItemPages(this.window, () => (this.askedAt = this.seq), () => this.paged());
    this.window.moved = () => this.pages.look();
    this.exchanged = () => this.afresh();
  }

  start() {
    this.list.addEventListener("pointerover", this.over);
    this.list.addEventListener("pointerleave", this.out);
    this.list.addEventListener("htmx:afterSettle", this.exchanged);
    this.follower.start();
    if (this.seq < latest()) this.follower.ask();
  }

  stop() {
    this.list.removeEventListener("pointerover", this.over);
    this.list.removeEventListener("pointerleave", this.out);
    this.list.removeEventListener("htmx:afterSettle", this.exchanged);
    this.follower.stop();
  }

  async catchUp() {
    const url = new URL(this.host.dataset.liveUrl, location.href);
    url.searchParams.set("since", this.seq);
    try {
      const { content, seq, total, more } = await fragment(url);
      this.seq = Math.max(this.seq, seq);
      if (!this.host.isConnected) return;
      this.merge(content, Number(total));
      if (more) this.follower.wanted = true;
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error) {
    if (error.status === FORGOTTEN) return location.reload();
    if (error.status !== 404) throw error;
    this.follower.stop();
    complain(error.message);
    return null;
  }

  merge(content, total) {
    for (const fresh of content.querySelectorAll("[data-path]")) {
      if ("gone" in fresh.dataset) this.depart(fresh.dataset.path);
      else this.place(fresh);
    }
    this.showTotal(total);
    this.showNewsCount();
    this.refresh();
  }

  showTotal(total) {
    this.host.dataset.total = total;
    this.host.slotted("count").textContent = "searching" in this.host.dataset
      ? ngettext("%(count)s item found", "%(count)s items found", total)
      : ngettext("%(count)s item", "%(count)s items", total);
  }

  // --- items ---------------------------------------------------------------------------------------------------------

  place(fresh) {
    const old = this.window.find(fresh.dataset.path);
    if (old) return this.update(old, fresh);
    if ("searching" in this.host.dataset) return null;
    const before = this.successorOf(fresh);
    if (!before && this.window.end) return null; // its place is on a page that is not loaded yet
    if ("earlier" in this.host.dataset && before === this.window.items[0]) return null; // among those before
    if (this.wouldMove(before)) return this.waiting.set(fresh.dataset.path, fresh);
    return this.insert(fresh, before);
  }

  insert(fresh, before) {
    fresh.classList.add("is-new");
    this.window.insert(fresh, before);
    window.htmx?.process(fresh);
  }

  update(old, fresh) {
    this.leaving.delete(old);
    old.classList.remove("is-gone");
    Object.assign(old.dataset, fresh.dataset);
    if (!this.window.keep(old, fresh)) morph(old, fresh);
  }

  depart(path) {
    for (const waiting of this.waiting.keys()) if (isWithin(waiting, path)) this.waiting.delete(waiting);
    for (const item of this.window.items.filter((each) => isWithin(each.dataset.path, path))) this.take(item);
  }

  take(item) {
    if (!this.wouldMove(this.window.items[this.window.indexOf(item) + 1]) && item !== this.hovered) return this.window.remove(item);
    item.classList.add("is-gone");
    return this.leaving.add(item);
  }

  /** What this person removed goes at once. */
  remove(paths) {
    for (const path of paths) this.window.remove(this.window.find(path));
    this.refresh();
  }

  /** The old name goes at once; the item under its new name comes with the next change that is heard of. */
  renamed(path) {
    this.remove([path]);
    this.hovered = null;
    this.follower.ask();
  }

  // --- where an item belongs, and what the pointer rests on ------------------------------------------------------------

  successorOf(fresh) {
    const { items } = this.window;
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.isBefore(items[middle], fresh)) low = middle + 1;
      else high = middle;
    }
    return items[low] ?? null;
  }

  // Folders first in either direction; then by key, as the server sorts.
  isBefore(one, other) {
    const [a, b] = [one.dataset, other.dataset];
    if (a.rank !== b.rank) return a.rank < b.rank;
    const less = a.key === b.key ? a.path < b.path : a.key < b.key;
    return this.host.dataset.descending === "true" ? !less : less;
  }

  hover(item) {
    this.hovered = item;
  }

  /** Whether a change before `item` would move what the pointer rests on. */
  wouldMove(item) {
    if (!this.hovered?.isConnected || !item) return false;
    return this.window.indexOf(item) <= this.window.indexOf(this.hovered);
  }

  /** The pointer has left the list: everything takes its place. */
  settle() {
    this.hovered = null;
    for (const item of this.leaving) this.window.remove(item);
    this.leaving.clear();
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const fresh of waiting) this.place(fresh);
    this.showNewsCount();
    this.refresh();
  }

  showNews() {
    this.settle();
    const first = this.window.items.find((item) => item.classList.contains("is-new"));
    if (first) this.window.reveal(first);
  }

  showNewsCount() {
    const count = this.waiting.size;
    this.host.slotted("news").hidden = count === 0;
    const words = ngettext("%(count)s new item", "%(count)s new items", count);
    this.host.slotted("news-text").textContent = words;
    if (count > (this.told ?? 0)) announce(words);
    this.told = count;
  }

  /** A page came, as the repository had it when it was asked for; what came since may belong in there. */
  paged() {
    if (this.askedAt < this.seq) {
      this.seq = this.askedAt;
      this.follower.ask();
    }
    this.refresh();
  }

  /** All of the list was exchanged. */
  afresh() {
    if (this.window.isExchanged) this.window.reset();
    this.refresh();
  }
}

const isWithin = (path, root) => path === root || path.startsWith(`${root}/`);

// What people act on stays the same element, with its focus; what is equal stays too, so that no picture flickers.
const KEPT = ".item-link, input, img";

function morph(old, fresh) {
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  before.slice(after.length).forEach((node) => node.remove());
  after.forEach((node, index) => (before[index] ? exchange(before[index], node) : old.append(node)));
}

function exchange(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const kept = old.localName && old.localName === fresh.localName && (old.matches(KEPT) || old.querySelector(KEPT));
  if (!kept || !fresh.matches(KEPT) !== !old.matches(KEPT)) return old.replaceWith(fresh);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  return morph(old, fresh);
}
