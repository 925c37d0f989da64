// One exchange in full: <exchange-drawer>, a dialog at the side of the page.
import { _, fill } from "../i18n.js";
import { bytes } from "../formats.js";
import { element, icon, iconButton } from "../notices.js";
import { exchange } from "./api.js";
import { jsonView, notJson, parsed } from "./json-view.js";
import { receiverOf, senderOf, sentenceOf, steps } from "./system.js";
import { offset, span } from "./words.js";

class ExchangeDrawer extends HTMLElement {
  connectedCallback() {
    if (this.dialog) return;
    this.content = element("div", { className: "drawer-body" });
    this.dialog = element("dialog", { className: "drawer" }, this.content);
    this.dialog.setAttribute("aria-labelledby", "drawer-title");
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    this.append(this.dialog);
  }

  /** `began`: when the flow began; `order`: the ids of its exchanges, for the arrows. */
  async open(id, { began = null, order = [] } = {}) {
    Object.assign(this, { began, order, current: id });
    if (!this.dialog.open) {
      this.opener = document.activeElement;
      this.loading();
      this.dialog.showModal();
    }
    this.tell(id);
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const found = await exchange(id, this.asking.signal);
      if (this.current === id) this.show(found);
    } catch (error) {
      if (error.name !== "AbortError") this.failed(error);
    }
  }

  tell(id) {
    this.dispatchEvent(new CustomEvent("exchange-shown", { detail: { id }, bubbles: true }));
  }

  closed() {
    this.current = null;
    this.tell(null);
    this.opener?.focus?.({ preventScroll: true });
  }

  onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.target.closest("pre, [contenteditable]")) return;
    event.preventDefault();
    this.go(step);
  }

  go(step) {
    const next = this.order[this.order.indexOf(this.current) + step];
    if (next) this.open(next, this);
  }

  loading() {
    this.content.replaceChildren(this.head(_("Exchange"), ""), element("p", { className: "none" }, _("Loading…")));
  }

  failed(error) {
    const words = error.status === 404 ? _("This exchange is not kept any more: the recorder keeps the newest ones.") : error.message;
    this.content.replaceChildren(this.head(_("Exchange"), ""), element("p", { className: "notice bad drawer-notice" }, icon("alert"), words));
  }

  head(title, subtitle) {
    const at = this.order.indexOf(this.current);
    const before = iconButton("prev", _("Exchange before"), () => this.go(-1));
    const after = iconButton("chevron", _("Exchange after"), () => this.go(1));
    before.disabled = at <= 0;
    after.disabled = at < 0 || at === this.order.length - 1;
    const words = element("div", { className: "drawer-words" }, element("h2", { id: "drawer-title" }, title), subtitle ? element("p", { className: "soft" }, subtitle) : "");
    return element("div", { className: "drawer-head" }, words, before, after, iconButton("x", _("Close"), () => this.dialog.close()));
  }

  show(found) {
    const title = `${found.method} ${found.path}`;
    this.content.replaceChildren(
      this.head(title, sentenceOf(found)),
      this.facts(found),
      ...(found.error ? [element("p", { className: "notice bad drawer-notice" }, icon("alert"), element("span", {}, found.error))] : []),
      ...(found.fault ? [element("p", { className: "notice drawer-notice" }, icon("warning"), element("span", {}, _("A fault that is switched on changed this exchange.")))] : []),
      this.timing(found),
      this.half(_("Request"), found.request, found.request_bytes, `${found.method} ${found.url}`),
      this.half(_("Response"), found.response, found.response_bytes, found.status ? String(found.status) : _("No answer")),
      this.command(found.curl),
    );
    this.content.scrollTop = 0;
  }

  facts(found) {
    const step = found.step ? fill(_("%(n)s · %(title)s"), { n: found.step, title: steps()[found.step - 1].title }) : _("Beside the seven steps");
    const pairs = [
      [_("From"), senderOf(found)], [_("To"), receiverOf(found)], [_("Step"), step],
      ...(found.rendition ? [[_("Rendition"), found.rendition]] : []),
      ...(this.began ? [[_("Began"), offset(found.started - this.began)]] : []),
    ];
    const status = element("span", { className: `http-status ${statusKind(found)}` }, found.status ? String(found.status) : _("no answer"));
    return element("dl", { className: "drawer-facts" }, element("div", {}, element("dt", {}, _("Status")), element("dd", {}, status)), ...pairs.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  }

  timing(found) {
    const total = Math.max(found.ms ?? 0, 0.1);
    const first = Math.min(found.ttfb_ms ?? total, total);
    const bar = (kind, part) => {
      const made = element("span", { className: `wf-bar wf-${kind}` });
      made.style.width = `${part}%`;
      return made;
    };
    const words = fill(_("%(first)s to the first byte, %(total)s in all"), { first: span(first), total: span(found.ms) });
    return element("div", { className: "drawer-timing" }, element("span", { className: "timing-bars" }, bar("waiting", (100 * first) / total), bar("transferring", (100 * (total - first)) / total)), element("span", { className: "soft" }, words));
  }

  half(title, message, size, line) {
    const headers = element("table", { className: "headers" }, element("tbody", {}, ...(message?.headers ?? []).map(([name, value]) => element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)))));
    const count = message?.headers?.length ?? 0;
    const fold = element("details", { className: "drawer-headers", open: false }, element("summary", {}, fill(_("Headers (%(count)s)"), { count })), headers);
    return element("section", { className: "drawer-half" },
      element("h3", {}, title, element("span", { className: "soft" }, bytes(size ?? 0))),
      element("p", { className: "http-line" }, line), fold, body(message?.body));
  }

  command(curl) {
    if (!curl) return element("div");
    return element("section", { className: "drawer-half" }, element("h3", {}, _("The same with curl")), element("div", { className: "snippet" }, element("pre", { tabIndex: 0 }, curl), element("copy-button")));
  }
}

const statusKind = ({ status, error }) => (error || !status || status >= 400 ? "is-bad" : status >= 300 ? "is-other" : "is-good");

function body(content) {
  if (!content || content.kind === "none") return element("p", { className: "none-line soft" }, _("No body."));
  const parts = [picture(content) ?? jsonBody(content) ?? textBody(content)];
  if (content.truncated) parts.push(element("p", { className: "soft" }, fill(_("The first %(kept)s of %(size)s are kept."), { kept: bytes(content.kept), size: bytes(content.size) })));
  return element("div", { className: "drawer-content" }, ...parts);
}

function picture({ kind, data }) {
  if (kind !== "image" || !data) return null;
  return element("span", { className: "body-picture checkered" }, element("img", { src: data, alt: _("The picture in the body") }));
}

function jsonBody({ kind, text }) {
  if (kind !== "json") return null;
  const value = parsed(text ?? "");
  if (value === undefined) return element("div", {}, element("p", { className: "soft" }, notJson()), textBody({ text }));
  const view = element("div", { className: "json-view", tabIndex: 0 }, jsonView(value));
  view.setAttribute("role", "group");
  view.setAttribute("aria-label", _("Body as JSON"));
  return view;
}

function textBody({ text, hex }) {
  const words = text ?? (hex ? dump(hex) : "");
  return element("div", { className: "snippet" }, element("pre", { tabIndex: 0, className: hex && !text ? "hex" : "" }, words));
}

/** Hex digits as a dump: offset, 16 bytes, the letters among them. */
export function dump(hex) {
  const pairs = hex.match(/../g) ?? [];
  const lines = [];
  for (let at = 0; at < pairs.length; at += 16) {
    const row = pairs.slice(at, at + 16);
    const letters = row.map((pair) => Number.parseInt(pair, 16)).map((code) => (code >= 32 && code < 127 ? String.fromCharCode(code) : "·"));
    lines.push(`${at.toString(16).padStart(4, "0")}  ${row.join(" ").padEnd(47)}  ${letters.join("")}`);
  }
  return lines.join("\n");
}

customElements.define("exchange-drawer", ExchangeDrawer);
