// The dock: one row for each upload, from its bytes to its thumbnail.
import { _, fill, ngettext, whole } from "./i18n.js";
import { bytes, duration } from "./formats.js";
import { href } from "./paths.js";
import { announce, element, icon, iconButton } from "./notices.js";
import { queue } from "./upload-queue.js";

const PREVIEWED = /^image\/(jpeg|png|gif|webp|avif|bmp|svg\+xml)$/;
const LARGEST_PREVIEW = 30_000_000; // bytes that a browser decodes without effort
const SPEED_WINDOW = 3000; // ms over which the speed is averaged

class UploadRow {
  constructor(upload) {
    this.upload = upload;
    this.mini = element("span", { className: "mini" }, icon("file"));
    this.how = element("p", { className: "how" });
    this.bar = element("progress", { max: 1, value: 0 });
    this.what = element("div", { className: "what" }, element("span", { className: "name", translate: false }, upload.name), this.how, this.bar);
    this.acts = element("span", { className: "acts" });
    this.element = element("li", { className: "dock-row" }, this.mini, this.what, this.acts);
    this.bar.setAttribute("aria-label", upload.name);
    this.render();
  }

  render() {
    const { upload } = this;
    this.element.className = `dock-row is-${upload.state}`;
    this.element.classList.toggle("is-done", upload.state === "ready");
    this.element.dataset.state = upload.state;
    this.how.textContent = wordsFor(upload);
    this.showBar();
    this.showPicture();
    if (upload.url && !this.linked) this.link();
    if (this.actsFor !== upload.state) this.showActs();
    this.actsFor = upload.state;
  }

  showBar() {
    const { state, sent, file, done, total } = this.upload;
    this.bar.hidden = ["ready", "failed", "cancelled", "partial"].includes(state) || (state === "waiting" && !sent);
    if (state === "processing" && !total) this.bar.removeAttribute("value");
    else this.bar.value = state === "processing" ? done / total : sent / Math.max(file.size, 1);
  }

  // First what the browser makes of the file, later what the repository made of it.
  showPicture() {
    const { upload } = this;
    if (upload.thumbnail) this.picture(upload.thumbnail);
    else if (upload.state === "uploading" && !this.preview && PREVIEWED.test(upload.file.type) && upload.file.size < LARGEST_PREVIEW) {
      this.preview = URL.createObjectURL(upload.file);
      this.picture(this.preview);
    }
  }

  picture(source) {
    if (this.mini.dataset.source === source) return;
    this.mini.dataset.source = source;
    const image = element("img", { src: source, alt: "" });
    image.onload = () => this.mini.replaceChildren(image);
    if (source !== this.preview && this.preview) image.addEventListener("load", () => URL.revokeObjectURL(this.preview), { once: true });
  }

  link() {
    this.linked = true;
    const link = element("a", { className: "name", translate: false, href: this.upload.url }, this.upload.name);
    this.what.firstElementChild.replaceWith(link);
    window.htmx.process(link);
  }

  /** To every exchange that this upload took. */
  flowLink() {
    const link = element("a", { className: "button quiet small", href: `/flow?path=${href(this.upload.path)}` }, _("Flow"));
    link.setAttribute("aria-label", fill(_("Flow of %(name)s"), this.upload));
    window.htmx.process(link);
    return link;
  }

  showActs() {
    const { upload } = this;
    this.acts.replaceChildren();
    if (upload.canPause) this.acts.append(iconButton("pause", fill(_("Pause %(name)s"), upload), () => queue.hold(upload)));
    if (upload.state === "paused") this.acts.append(iconButton("play", fill(_("Resume %(name)s"), upload), () => queue.goOn(upload)));
    if (upload.stored) this.acts.append(this.flowLink());
    if (upload.canCancel) this.acts.append(iconButton("x", fill(_("Cancel %(name)s"), upload), () => queue.cancel(upload)));
    if (upload.canRetry) this.acts.append(iconButton("retry", fill(_("Retry %(name)s"), upload), () => queue.retry(upload)));
    if (upload.state === "ready") this.acts.append(element("span", { className: "good" }, icon("check-round")));
  }
}

function wordsFor(upload) {
  const { state, sent, file, done, total, reason } = upload;
  if (state === "uploading") return fill(_("%(sent)s of %(size)s"), { sent: bytes(sent), size: bytes(file.size) });
  if (state === "processing") return total ? fill(_("Processing %(done)s of %(total)s"), { done, total }) : _("Processing");
  return {
    waiting: sent ? fill(_("Waiting at %(sent)s of %(size)s"), { sent: bytes(sent), size: bytes(file.size) }) : _("Waiting"),
    paused: fill(_("Paused at %(sent)s of %(size)s"), { sent: bytes(sent), size: bytes(file.size) }), completing: _("Finishing"), ready: readyWords(upload),
    cancelled: _("Cancelled"), failed: fill(_("Failed: %(reason)s"), { reason }),
  }[state];
}

function readyWords({ file, failed }) {
  const words = fill(_("Ready · %(size)s"), { size: bytes(file.size) });
  return failed ? `${words} · ${ngettext("%(count)s rendition failed", "%(count)s renditions failed", failed)}` : words;
}

class UploadDock extends HTMLElement {
  connectedCallback() {
    if (this.rows) return;
    this.rows = new Map();
    this.dirty = new Set();
    this.samples = [];
    queue.addEventListener("added", () => this.added());
    queue.addEventListener("changed", (event) => this.changed(event.detail));
    for (const [name, value] of Object.entries({ "hx-boost": "true", "hx-target": "#main", "hx-select": "#main", "hx-swap": "outerHTML show:window:top" })) this.setAttribute(name, value);
  }

  added() {
    if (!this.dock) this.build();
    for (const upload of queue.uploads) {
      if (this.rows.has(upload)) continue;
      const row = new UploadRow(upload);
      this.rows.set(upload, row);
      this.list.append(row.element);
    }
    this.showHead();
  }

  build() {
    this.headline = element("h2", {});
    this.underline = element("p", {});
    this.total = element("progress", { className: "dock-total", max: 1, value: 0 });
    this.total.setAttribute("aria-label", _("All uploads"));
    this.list = element("ul", { className: "dock-list", tabIndex: 0 });
    this.list.setAttribute("aria-label", _("Uploads"));
    this.retryButton = element("button", { type: "button", className: "button small", onclick: () => queue.retryAll() }, _("Retry failed"));
    this.pauseButton = iconButton("pause", _("Pause"), () => this.togglePause());
    this.foldButton = iconButton("down", _("Fold"), () => this.fold());
    this.closeButton = iconButton("x", _("Close"), () => this.close());
    this.filter = element("button", { type: "button", className: "button small", onclick: () => this.toggleFailed() }, _("Show failed"));
    this.filter.setAttribute("aria-pressed", "false");
    const head = element("div", { className: "dock-head" }, element("div", {}, this.headline, this.underline), this.retryButton, this.filter, this.pauseButton, this.foldButton, this.closeButton);
    this.dock = element("section", { className: "dock" }, head, this.total, this.list);
    this.dock.setAttribute("aria-label", _("Uploads"));
    this.replaceChildren(this.dock);
  }

  changed(upload) {
    if (!this.dirty.size) requestAnimationFrame(() => this.renderDirty());
    this.dirty.add(upload);
  }

  renderDirty() {
    for (const upload of this.dirty) this.rows.get(upload)?.render();
    this.dirty.clear();
    this.showHead();
  }

  showHead() {
    if (!this.dock) return;
    const tally = tallyOf(queue.uploads);
    this.headline.textContent = headline(tally, queue.paused);
    this.underline.textContent = this.progressOf(tally);
    this.total.value = tally.size ? tally.sent / tally.size : 1;
    this.total.hidden = !tally.active;
    this.pauseButton.hidden = !tally.active;
    this.retryButton.hidden = !queue.uploads.some((upload) => upload.state === "failed" && upload.canRetry);
    this.filter.hidden = !tally.failed || tally.failed === tally.all;
    this.closeButton.setAttribute("aria-label", tally.active ? _("Cancel all") : _("Close"));
    this.closeButton.title = this.closeButton.getAttribute("aria-label");
    if (tally.active === 0 && tally.processing === 0 && this.lastActive) announce(headline(tally, false));
    this.lastActive = tally.active + tally.processing;
  }

  progressOf({ active, processing, sent, size }) {
    if (!active) return processing ? _("All bytes are uploaded") : "";
    const amounts = fill(_("%(sent)s of %(size)s"), { sent: bytes(sent), size: bytes(size) });
    const speed = this.speed(sent);
    if (!speed || queue.paused) return amounts;
    return `${amounts} · ${bytes(speed)}/s · ${fill(_("%(time)s left"), { time: duration((size - sent) / speed) })}`;
  }

  speed(sent) {
    const now = performance.now();
    this.samples = [...this.samples.filter(([at]) => now - at < SPEED_WINDOW), [now, sent]];
    const [at, before] = this.samples[0];
    return now - at > 500 && sent > before ? ((sent - before) / (now - at)) * 1000 : 0;
  }

  togglePause() {
    if (queue.paused) queue.resume();
    else queue.pause();
    const [symbol, label] = queue.paused ? ["play", _("Resume")] : ["pause", _("Pause")];
    this.pauseButton.replaceChildren(icon(symbol));
    this.pauseButton.setAttribute("aria-label", label);
    this.showHead();
  }

  toggleFailed() {
    const only = this.dock.classList.toggle("only-failed");
    this.filter.setAttribute("aria-pressed", String(only));
    this.filter.textContent = only ? _("Show all") : _("Show failed");
  }

  fold() {
    const folded = this.dock.classList.toggle("is-folded");
    this.foldButton.setAttribute("aria-label", folded ? _("Unfold") : _("Fold"));
    this.foldButton.setAttribute("aria-expanded", String(!folded));
  }

  /** What is still under way stays; without it the dock goes. */
  close() {
    for (const upload of queue.uploads.filter((one) => one.isActive)) queue.cancel(upload);
    queue.clear();
    this.replaceChildren();
    this.rows.clear();
    this.dock = null;
    if (queue.uploads.length) this.added();
  }
}

function tallyOf(uploads) {
  const of = (...states) => uploads.filter((upload) => states.includes(upload.state)).length;
  const counted = uploads.filter((upload) => upload.state !== "cancelled");
  return {
    all: uploads.length, active: uploads.filter((upload) => upload.isActive).length, processing: of("processing"),
    ready: of("ready"), failed: of("failed"), cancelled: of("cancelled"),
    sent: counted.reduce((sum, upload) => sum + Math.min(upload.sent, upload.file.size), 0),
    size: counted.reduce((sum, upload) => sum + upload.file.size, 0),
  };
}

function headline({ all, active, processing, ready, failed, cancelled }, paused) {
  if (active) {
    const numbers = { at: whole(Math.min(all - active + 1, all)), all: whole(all) };
    return fill(paused ? _("Paused at %(at)s of %(all)s") : _("Uploading %(at)s of %(all)s"), numbers);
  }
  if (processing) return fill(_("Processing %(at)s of %(all)s"), { at: whole(ready + failed + 1), all: whole(all) });
  const parts = [];
  if (ready || !(failed + cancelled)) parts.push(ngettext("%(count)s asset ready", "%(count)s assets ready", ready));
  if (failed) parts.push(ngettext("%(count)s failed", "%(count)s failed", failed));
  if (cancelled) parts.push(ngettext("%(count)s cancelled", "%(count)s cancelled", cancelled));
  return parts.join(", ");
}

customElements.define("upload-dock", UploadDock);
