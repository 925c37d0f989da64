// The column view: a column for each folder on the way, one for the folder that is open, a preview at the end.
import { ItemWindow } from "./item-window.js";
import { LiveList } from "./live-list.js";
import { href } from "./paths.js";
import { fragment } from "./repository.js";

const PREVIEW_PAUSE = 120; // ms for which the focus rests before a preview is asked for

// What outlives the page: how far columns were scrolled, and which folder's first item gets the focus.
const scrolled = new Map();
let opening = null;

/** A folder above the open one: a list of its own, kept up to date like the open folder's. */
class AssetColumn extends HTMLElement {
  connectedCallback() {
    this.list = this.slotted("items");
    this.window = new ItemWindow(this.list, (item) => this.dress(item));
    this.live = new LiveList(this, () => this.refresh());
    this.live.start();
    this.addEventListener("click", (event) => this.click(event));
  }

  disconnectedCallback() {
    this.live.stop();
    this.window.stop();
  }

  slotted(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  click(event) {
    if (event.target.closest("[data-part=news]")) this.live.showNews();
    if (event.target.closest(".earlier")) {
      event.target.hidden = true;
      delete this.dataset.earlier;
    }
  }

  refresh() {
    this.window.update(true);
    for (const item of this.window.inPage) this.dress(item);
  }

  /** Items that came later know nothing of the way, and are not selected here. */
  dress(item) {
    const active = item.dataset.path === this.dataset.active;
    item.classList.toggle("is-active", active);
    item.querySelector(".item-check")?.remove();
    if (active) item.querySelector(".item-link").setAttribute("aria-current", "true");
  }
}

class AssetColumns extends HTMLElement {
  connectedCallback() {
    this.host = this.closest("asset-collection");
    this.open = this.querySelector(".column.is-open");
    this.preview = this.querySelector("[data-slot=preview]");
    this.addEventListener("click", (event) => this.click(event), { capture: true }); // before the link itself hears of it
    this.addEventListener("focusin", (event) => this.focusMoved(event));
    this.addEventListener("scroll", (event) => this.remember(event.target), { capture: true, passive: true });
    this.restore();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  remember(column) {
    if (column.dataset?.folder) scrolled.set(column.dataset.folder, column.scrollTop);
  }

  /** Columns stay where they were scrolled to; the end of the way comes into view. */
  restore() {
    for (const column of this.querySelectorAll(".column[data-folder]")) {
      column.scrollTop = scrolled.get(column.dataset.folder) ?? 0;
      const active = column.querySelector(".is-active");
      if (active && !isVisible(active, column)) column.scrollTop = active.offsetTop - column.clientHeight / 3;
    }
    this.scrollLeft = this.scrollWidth;
    if (opening === this.host.dataset.folder) this.focusOn(this.open);
    opening = null;
  }

  // A mouse looks at an asset first and opens it by a double click; Enter opens it at once.
  click(event) {
    const item = event.target.closest(".item.asset");
    if (!item || event.defaultPrevented || !event.target.closest(".item-link")) return;
    if (event.detail !== 1 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    item.querySelector(".item-link").focus();
    this.show(item);
  }

  focusMoved(event) {
    const item = event.target.closest(".item");
    if (item?.closest(".column") !== this.open) return;
    clearTimeout(this.timer);
    if (item.classList.contains("asset")) this.timer = setTimeout(() => this.show(item), PREVIEW_PAUSE);
    else this.hidePreview();
  }

  async show(item) {
    if (this.shown === item && this.shownAs === faceOf(item)) return;
    [this.shown, this.shownAs] = [item, faceOf(item)];
    this.abort?.abort();
    this.abort = new AbortController();
    try {
      const { content } = await fragment(`/assetdetails.preview.html${href(item.dataset.path)}`, this.abort.signal);
      this.preview.replaceChildren(content);
      window.htmx.process(this.preview);
      this.preview.hidden = false;
      for (const other of this.open.querySelectorAll(".is-active")) other.classList.remove("is-active");
      item.classList.add("is-active");
      this.scrollLeft = this.scrollWidth;
    } catch (error) {
      if (error.name !== "AbortError") this.hidePreview();
    }
  }

  hidePreview() {
    this.shown?.classList.remove("is-active");
    this.shown = null;
    this.preview.hidden = true;
  }

  /** After every change of the open folder's items. */
  refresh() {
    if (!this.shown) return;
    if (!this.shown.isConnected) this.hidePreview();
    else if (this.shownAs !== faceOf(this.shown)) this.show(this.shown);
  }

  // --- keys ----------------------------------------------------------------------------------------------------------

  step({ key, shiftKey }) {
    const column = document.activeElement.closest(".column") ?? this.open;
    const item = document.activeElement.closest(".item") ?? this.host.focused; // which may have left the page by scrolling
    if (column === this.preview) return key === "ArrowLeft" ? this.shown?.querySelector(".item-link").focus() : null;
    if (!item) return key === "ArrowLeft" ? this.leave(column) : this.focusOn(column);
    if (key === "ArrowLeft") return this.leave(column);
    if (key === "ArrowRight") return this.enter(item, column);
    const shown = this.ownerOf(column).window;
    const target = shown.items[shown.indexOf(item) + (key === "ArrowDown" ? 1 : -1)];
    if (!target) return null;
    shown.reveal(target);
    target.querySelector(".item-link").focus();
    if (shiftKey && column === this.open) this.host.choose(target, true);
    return null;
  }

  ownerOf(column) {
    return column === this.open ? this.host : column;
  }

  leave(column) {
    const before = column.previousElementSibling;
    if (before?.matches(".column")) this.focusOn(before);
  }

  enter(item, column) {
    if (item.classList.contains("asset")) return this.preview.querySelector("a")?.focus();
    if (column !== this.open && item.classList.contains("is-active")) return this.focusOn(column.nextElementSibling);
    opening = item.dataset.path;
    return item.querySelector(".item-link").click();
  }

  focusOn(column) {
    const item = column.querySelector(".item.is-active") ?? column.querySelector(".item");
    (item?.querySelector(".item-link") ?? column).focus();
  }
}

/** Differs when the preview would. */
const faceOf = (item) => `${item.dataset.path} ${item.dataset.state} ${item.querySelector("img")?.getAttribute("src")} ${item.querySelector(".words")?.textContent}`;

function isVisible(item, column) {
  return item.offsetTop >= column.scrollTop && item.offsetTop + item.offsetHeight <= column.scrollTop + column.clientHeight;
}

customElements.define("asset-column", AssetColumn);
customElements.define("asset-columns", AssetColumns);
