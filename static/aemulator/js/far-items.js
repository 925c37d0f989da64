// Long lists: items far from what is seen keep their place, their selection and their name, and give up their content.
// The page then holds one empty element for each of thousands of items, and some hundred whole ones.

const LONG = 240; // items; shorter lists stay whole
const NEAR = "1600px 0px"; // around the viewport

export class FarItems {
  /** `filled(item)` hears of each item that has its content again. */
  constructor(list, filled) {
    Object.assign(this, { list, filled, contents: new WeakMap() });
    this.observer = new IntersectionObserver((entries) => this.moved(entries), { root: list.closest(".column"), rootMargin: NEAR });
  }

  stop() {
    this.observer.disconnect();
  }

  /** To be called when items came; those that are watched already are not watched twice. */
  watch(items) {
    if (items.length < LONG) return;
    for (const item of items.slice(this.watched?.isConnected ? items.indexOf(this.watched) : 0)) this.observer.observe(item);
    this.watched = items.at(-1);
  }

  moved(entries) {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      if (isIntersecting) this.fill(target);
      else this.empty(target, boundingClientRect.height); // measured already: to ask again would lay everything out anew
    }
  }

  empty(item, height) {
    if (this.contents.has(item) || !item.isConnected || item.contains(document.activeElement)) return;
    this.contents.set(item, item.innerHTML);
    item.style.height = `${height}px`;
    item.innerHTML = item.localName === "tr" ? '<td colspan="8"></td>' : "";
  }

  fill(item) {
    const content = this.contents.get(item);
    if (content === undefined) return;
    this.contents.delete(item);
    item.style.height = "";
    item.innerHTML = content;
    window.htmx?.process(item);
    this.filled(item);
  }

  /** New content for an item; whether it is one that has given up its own. */
  keep(item, fresh) {
    if (!this.contents.has(item)) return false;
    this.contents.set(item, fresh.innerHTML);
    return true;
  }
}
