// A part of a page that the server renders anew when the doorbell rings: what has an id is replaced if it differs.
// data-topic names what it follows (the tree if absent); data-seq, of the tree, or data-mark, of another topic, is what it shows.
import { Follower, TREE, latest } from "./live.js";
import { fragment } from "./repository.js";

/** Puts each element of `content` in the place of the one with its id. */
export function patch(content) {
  for (const fresh of [...content.querySelectorAll("[id]")].filter((one) => !one.parentElement?.closest("[id]"))) {
    const old = document.getElementById(fresh.id);
    if (old && !sameAsRendered(old, fresh)) replace(old, fresh);
  }
}

const rendered = new WeakMap();

// Compared with what the server sent, not with what scripts made of it since.
function sameAsRendered(old, fresh) {
  const text = fresh.outerHTML;
  const same = rendered.get(old) === text || old.outerHTML === text;
  if (same) rendered.set(old, text);
  return same;
}

function replace(old, fresh) {
  if (old.merge) { // it holds what a person is typing
    rendered.set(old, fresh.outerHTML);
    return old.merge(fresh);
  }
  rendered.set(fresh, fresh.outerHTML);
  const focused = old.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (focused) fresh.querySelector(focused)?.focus({ preventScroll: true });
  return null;
}

function keyOf(element) {
  const row = element.closest("[data-rendition]");
  const own = element.dataset.act ? `[data-act="${element.dataset.act}"]` : element.localName;
  return row ? `[data-rendition="${CSS.escape(row.dataset.rendition)}"] ${own}` : own;
}

class LiveRegion extends HTMLElement {
  connectedCallback() {
    const topic = (this.topic = this.dataset.topic ?? TREE);
    this.seq = Number(this.dataset.seq ?? 0);
    this.follower = new Follower(() => this.refresh(), 300, topic);
    this.follower.start();
    if (this.dataset.every) this.timer = setInterval(() => this.again(), Number(this.dataset.every) * 1000);
    if (topic === TREE ? this.seq < latest() : this.isBehind(latest(topic))) this.follower.ask();
  }

  isBehind(mark) {
    return mark !== undefined && String(mark) !== this.dataset.mark;
  }

  disconnectedCallback() {
    this.follower.stop();
    clearInterval(this.timer);
  }

  /** What changes without a ring (data-every, in seconds), while somebody looks. */
  again() {
    if (document.visibilityState !== "visible") return;
    delete this.dataset.mark;
    this.follower.ask();
  }

  async refresh() {
    if (this.topic !== TREE) {
      if (!this.isBehind(latest(this.topic))) return;
      this.dataset.mark = latest(this.topic);
    }
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set("since", this.seq);
    try {
      const { content, seq } = await fragment(url);
      this.seq = Math.max(this.seq, seq);
      if (this.isConnected) patch(content);
    } catch (error) {
      if (error.status !== 404) throw error;
      this.follower.stop();
      this.dispatchEvent(new CustomEvent("gone", { bubbles: true }));
    }
  }
}

customElements.define("live-region", LiveRegion);
