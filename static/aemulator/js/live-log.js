// A list, newest first, that grows while one looks. New rows never push away what is under the pointer or has the focus:
// then a button says how many there are. data-url gives rows (?after=, ?before=, ?ids=) for data-query; data-topic rings.
// Rows have data-key (their place) and, while they may still change, data-open. Without rows, data-visit is shown anew.
import { Follower, TREE, latest } from "./live.js";
import { ngettext } from "./i18n.js";
import { visit } from "./navigation.js";
import { announce } from "./notices.js";
import { fragment } from "./repository.js";

const INTERVAL = 400;
const KEPT = 500; // rows; beyond that the oldest go, and "Show older" brings them back
const ASKED_AGAIN = 100;

class LiveLog extends HTMLElement {
  connectedCallback() {
    const topic = (this.topic = this.dataset.topic ?? TREE);
    this.body = this.querySelector("[data-slot=rows]");
    this.waiting = [];
    this.isPaused = false;
    this.follower = new Follower(() => this.rung(), INTERVAL, topic);
    this.follower.start();
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("pointerleave", () => this.settle());
    if (latest(topic) !== undefined) this.follower.ask();
  }

  disconnectedCallback() {
    this.follower.stop();
  }

  async rung() {
    const mark = String(latest(this.topic));
    if (mark === this.dataset.mark) return;
    this.dataset.mark = mark;
    if (this.body) await this.refresh();
    else visit(this.dataset.visit);
  }

  get rows() {
    return [...this.body.rows];
  }

  address(parameters) {
    const url = new URL(this.dataset.url, location.href);
    url.search = this.dataset.query;
    for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value);
    return url;
  }

  async refresh() {
    const newest = (this.waiting[0] ?? this.rows[0])?.dataset.key;
    const open = this.rows.filter((row) => "open" in row.dataset).slice(0, ASKED_AGAIN);
    const { content, more } = await fragment(this.address({ after: newest, ids: open.map((row) => row.dataset.id).join() }));
    if (!this.isConnected) return;
    if (more && newest) return this.reload(content);
    const fresh = [...content.querySelectorAll("tr")];
    for (const row of fresh.filter((one) => "known" in one.dataset)) this.update(row);
    this.waiting.unshift(...fresh.filter((row) => !("known" in row.dataset) && !document.getElementById(row.id)));
    this.settle();
  }

  /** So much came that the rows between are not here: the list begins anew, with what is newest. */
  reload(content) {
    this.waiting = [];
    const fresh = [...content.querySelectorAll("tr")].filter((row) => !("known" in row.dataset));
    this.body.replaceChildren(...fresh);
    this.older.hidden = false;
    this.showNews();
  }

  update(row) {
    const old = document.getElementById(row.id);
    if (!old || old.outerHTML === row.outerHTML) return;
    const focused = old.contains(document.activeElement);
    delete row.dataset.known;
    old.replaceWith(row);
    window.htmx?.process(row);
    if (focused) row.querySelector("a")?.focus({ preventScroll: true });
  }

  /** Puts the waiting rows on top, unless somebody is at the list. */
  settle() {
    if (this.waiting.length && !this.isBusy()) this.show();
    this.showNews();
  }

  isBusy() {
    return this.isPaused || this.matches(":hover") || this.body.contains(document.activeElement) || this.getBoundingClientRect().top < 0;
  }

  show() {
    const count = this.waiting.length;
    for (const row of this.waiting) row.classList.add("is-new");
    this.body.prepend(...this.waiting);
    for (const row of this.waiting) window.htmx?.process(row);
    this.waiting = [];
    for (const row of this.rows.slice(KEPT)) {
      row.remove();
      this.older.hidden = false;
    }
    this.querySelector("[data-slot=none]")?.remove();
    announce(ngettext("%(count)s new entry", "%(count)s new entries", count));
    this.showNews();
  }

  showNews() {
    const news = this.querySelector("[data-slot=news]");
    news.hidden = !this.waiting.length;
    news.firstElementChild.textContent = ngettext("%(count)s new entry", "%(count)s new entries", this.waiting.length);
  }

  get older() {
    return this.querySelector("[data-act=older]");
  }

  async click(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "news") {
      this.show();
      this.scrollIntoView({ block: "nearest" });
      this.body.querySelector(".row-link")?.focus();
    }
    if (act === "older") await this.more();
    if (act === "pause") this.pause(event.target.closest("button"));
  }

  pause(button) {
    this.isPaused = !this.isPaused;
    button.setAttribute("aria-pressed", String(this.isPaused));
    this.settle();
  }

  async more() {
    this.older.disabled = true;
    const { content, more } = await fragment(this.address({ before: this.rows.at(-1)?.dataset.key }));
    const fresh = [...content.querySelectorAll("tr")];
    this.body.append(...fresh);
    for (const row of fresh) window.htmx?.process(row);
    this.older.disabled = false;
    this.older.hidden = !more;
    fresh[0]?.querySelector("a")?.focus();
  }

  // Up and down go from row to row, as in every list.
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest?.("tr");
    if (!step || !row || !this.body.contains(row)) return;
    const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    next?.querySelector("a")?.focus();
    event.preventDefault();
  }
}

customElements.define("live-log", LiveLog);
