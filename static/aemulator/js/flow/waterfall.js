// The timeline of a flow: <flow-waterfall>. Rows nested by rendition, kinds of time told apart by pattern, a table of the same.
import { _, fill } from "../i18n.js";
import { element, icon } from "../notices.js";
import { sentenceOf } from "./system.js";
import { extent, place, rows, ticks } from "./waterfall-layout.js";
import { offset, segmentWords, span as time, stateWords } from "./words.js";

const LARGEST = 64;
const TICK_EVERY = 110; // pixels
const SEGMENTS = ["queued", "waiting", "transferring", "working"];

class FlowWaterfall extends HTMLElement {
  connectedCallback() {
    if (this.track) return;
    this.zoom = 1;
    this.closed = new Set();
    this.spans = [];
    this.asTable = false;
    this.build();
  }

  build() {
    const act = (name, label, symbol, run) => {
      const button = element("button", { type: "button", className: "button small icon-only quiet", title: label, onclick: run }, icon(symbol));
      button.setAttribute("aria-label", label);
      button.dataset.act = name;
      return button;
    };
    this.level = element("span", { className: "soft nowrap", role: "status" });
    this.toggle = element("button", { type: "button", className: "button small", onclick: () => this.showAsTable(!this.asTable) });
    this.toggle.dataset.act = "table";
    const legend = element("ul", { className: "wf-legend" }, ...SEGMENTS.map((kind) => element("li", {}, element("span", { className: `wf-key wf-${kind}` }), segmentWords()[kind])), element("li", {}, element("span", { className: "wf-key wf-gap" }), _("idle gap")));
    this.tools = element("div", { className: "wf-tools" }, this.level,
      act("zoom-out", _("Zoom out"), "minus", () => this.zoomTo(this.zoom / 2)),
      act("zoom-in", _("Zoom in"), "plus", () => this.zoomTo(this.zoom * 2)),
      act("zoom-fit", _("Show the whole flow"), "fit", () => this.zoomTo(1)), this.toggle);
    this.axis = element("div", { className: "wf-axis" });
    this.axis.setAttribute("aria-hidden", "true");
    this.list = element("ul", { className: "wf-rows" });
    this.list.setAttribute("aria-label", _("Spans in the order of time"));
    this.track = element("div", { className: "wf-scroll", tabIndex: 0 }, element("div", { className: "wf-sheet" }, this.axis, this.list));
    this.track.setAttribute("role", "group");
    this.track.setAttribute("aria-label", _("Timeline: + and − zoom, 0 shows all"));
    this.table = element("div", { className: "wf-table", hidden: true, tabIndex: 0 });
    this.table.setAttribute("role", "group");
    this.table.setAttribute("aria-label", _("Timeline as a table"));
    this.replaceChildren(element("div", { className: "wf-head" }, legend, this.tools), this.track, this.table);
    this.track.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.track.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.observer = new ResizeObserver(() => this.drawAxis());
    this.observer.observe(this.track);
    this.showAsTable(false);
  }

  /** `filter`: the name of a rendition, or null for all. */
  show(spans, { exchanges = new Map(), filter = null } = {}) {
    this.spans = spans;
    this.exchanges = exchanges;
    this.filter = filter;
    this.draw();
  }

  get shown() {
    if (!this.filter) return this.spans;
    return this.spans.filter((one) => one.rendition === this.filter || one.kind === "flow" || (one.kind === "rendition" && one.name === this.filter));
  }

  draw() {
    const now = Date.now();
    const spans = this.shown;
    this.extent = extent(spans, now);
    const focused = this.contains(document.activeElement) ? document.activeElement.closest("[data-span]")?.dataset.span : null;
    this.list.replaceChildren(...rows(spans, this.closed).map((row) => this.row(row, now)));
    this.drawAxis();
    if (this.asTable) this.drawTable();
    if (focused) this.list.querySelector(`[data-span="${CSS.escape(focused)}"] button`)?.focus({ preventScroll: true });
  }

  row({ span, depth, hasChildren, open }, now) {
    const exchange = this.exchanges?.get(span.exchange);
    const failed = span.state === "failed" || Boolean(exchange?.error);
    const name = element(exchange || hasChildren ? "button" : "span", { className: "wf-name", title: exchange ? `${sentenceOf(exchange)}\n${exchange.method} ${exchange.path}` : span.words || span.name });
    if (hasChildren) name.append(icon(open ? "down" : "chevron"));
    if (failed) name.append(icon("alert"));
    name.append(element("span", { className: "wf-words" }, ...wordsOf(span, exchange)));
    if (failed) name.append(element("span", { className: "visually-hidden" }, stateWords().failed));
    if (name.localName === "button") name.type = "button";
    if (hasChildren) name.setAttribute("aria-expanded", String(open));
    const length = (span.ended ?? now) - span.started;
    const track = element("span", { className: "wf-track" }, ...this.bars(span, now), this.timeLabel(span, length, now));
    const row = element("li", { className: `wf-row wf-kind-${span.kind}${failed ? " is-failed" : ""}` }, name, track);
    row.dataset.span = span.id;
    if (span.exchange) row.dataset.exchange = span.exchange;
    row.style.setProperty("--depth", depth);
    return row;
  }

  bars(span, now) {
    const segments = span.segments?.length ? span.segments : [{ kind: span.kind === "gap" ? "gap" : "plain", started: span.started, ended: span.ended }];
    return segments.map((segment) => {
      const { left, width } = place(segment, this.extent, now);
      const bar = element("span", { className: `wf-bar wf-${segment.kind}` });
      bar.title = `${segmentWords()[segment.kind] ?? span.words ?? span.name}: ${time((segment.ended ?? now) - segment.started)}`;
      bar.style.left = `${left}%`;
      bar.style.width = `${width}%`;
      return bar;
    });
  }

  timeLabel(span, length, now) {
    const { left, width } = place(span, this.extent, now);
    const label = element("span", { className: "wf-time" }, time(length));
    if (left + width < 88) label.style.left = `calc(${left + width}% + 6px)`;
    else label.style.right = `calc(${100 - left}% + 6px)`;
    return label;
  }

  drawAxis() {
    if (!this.extent) return;
    const length = this.extent.to - this.extent.from;
    const width = this.axis.clientWidth || 600;
    this.axis.replaceChildren(...ticks(length, width / TICK_EVERY).map((at) => {
      const mark = element("span", {}, time(at || 0));
      if (!at) mark.textContent = "0";
      mark.style.left = `${(100 * at) / length}%`;
      return mark;
    }));
    this.level.textContent = this.zoom > 1 ? fill(_("%(n)s × zoomed"), { n: Number(this.zoom.toFixed(1)) }) : fill(_("%(time)s in all"), { time: time(length) });
  }

  zoomTo(zoom, at = 0.5) {
    const before = this.track.scrollWidth;
    const point = this.track.scrollLeft + this.track.clientWidth * at;
    this.zoom = Math.min(LARGEST, Math.max(1, zoom));
    this.track.style.setProperty("--zoom", this.zoom);
    this.track.scrollLeft = (point / before) * this.track.scrollWidth - this.track.clientWidth * at;
    this.drawAxis();
  }

  onWheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = this.track.getBoundingClientRect();
    this.zoomTo(this.zoom * (event.deltaY < 0 ? 1.25 : 0.8), (event.clientX - box.left) / box.width);
  }

  onKey(event) {
    const zoom = { "+": this.zoom * 2, "=": this.zoom * 2, "-": this.zoom / 2, 0: 1 }[event.key];
    if (zoom === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.zoomTo(zoom);
  }

  onClick(event) {
    const row = event.target.closest(".wf-row");
    if (!row) return;
    if (row.dataset.exchange) {
      this.dispatchEvent(new CustomEvent("exchange-chosen", { detail: { id: row.dataset.exchange }, bubbles: true }));
    } else if (event.target.closest("button")) {
      const { span } = row.dataset;
      if (!this.closed.delete(span)) this.closed.add(span);
      this.draw();
    }
  }

  showAsTable(on) {
    this.asTable = on;
    this.toggle.textContent = on ? _("Show as timeline") : _("Show as table");
    this.table.hidden = !on;
    this.track.hidden = on;
    for (const button of this.tools.querySelectorAll("[data-act^=zoom]")) button.hidden = on;
    if (on) this.drawTable();
  }

  drawTable() {
    const head = [_("Span"), _("Begins"), _("Takes"), ...SEGMENTS.map((kind) => segmentWords()[kind])];
    const now = Date.now();
    const body = rows(this.shown).map(({ span, depth }) => {
      const cells = SEGMENTS.map((kind) => (span.segments ?? []).filter((one) => one.kind === kind).reduce((sum, one) => sum + (one.ended ?? now) - one.started, 0));
      const name = element("th", { scope: "row" }, ...wordsOf(span, this.exchanges?.get(span.exchange)));
      name.style.setProperty("--depth", depth);
      return element("tr", {}, name, element("td", {}, offset(span.started - this.extent.from)), element("td", {}, time((span.ended ?? now) - span.started)), ...cells.map((ms) => element("td", {}, ms ? time(ms) : "")));
    });
    const titles = element("tr", {}, ...head.map((words) => element("th", { scope: "col" }, words)));
    this.table.replaceChildren(element("table", {}, element("thead", {}, titles), element("tbody", {}, ...body)));
  }
}

// An exchange says what it does; its address is on hover, and in the drawer.
function wordsOf(span, exchange) {
  if (!exchange) return [["flow", "rendition"].includes(span.kind) ? element("span", { translate: false }, span.name) : span.words || span.name];
  return [element("span", { className: "wf-method" }, exchange.method), " ", exchange.summary || exchange.path];
}

customElements.define("flow-waterfall", FlowWaterfall);
