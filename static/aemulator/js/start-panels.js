// The start page's panels on the control plane: health of each part, environment block for clients.
import { _, fill, ngettext } from "./i18n.js";
import { element, icon } from "./notices.js";

const INTERVAL = 5000;
const LOOP = "loop:";

const labels = () => ({
  database: _("Database"), "blob-storage": _("Blob storage"), "core-workers": _("Core workers"), journal: _("Events journal"),
  invocations: _("Asset Compute activations"), outbox: _("Events to publish"), "processing-jobs": _("Processing jobs"),
  "journal-cursor": _("Journal poller"), "blob-deletions": _("Blobs to delete"),
});

function labelOf(name) {
  if (labels()[name]) return labels()[name];
  const words = name.replace(LOOP, "").replaceAll(/[-_]/g, " ");
  return (words[0].toUpperCase() + words.slice(1)).replace(/^Ims/, "IMS");
}

function detailOf({ ok, seconds, age, processes, pending, waiting, unsent, unfinished }) {
  if (!ok) return _("not well");
  if (processes !== undefined) return ngettext("%(count)s process", "%(count)s processes", processes);
  const queued = pending ?? waiting ?? unsent ?? unfinished;
  if (queued !== undefined) return queued ? ngettext("%(count)s waiting", "%(count)s waiting", queued) : _("none waiting");
  if (seconds !== undefined) return fill(_("%(ms)s ms"), { ms: Math.max(1, Math.round(seconds * 1000)) });
  return age !== undefined && age >= 1 ? fill(_("%(n)s s ago"), { n: Math.round(age) }) : _("well");
}

class HealthPanel extends HTMLElement {
  connectedCallback() {
    this.refresh();
    this.timer = setInterval(() => document.visibilityState === "visible" && this.refresh(), INTERVAL);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async refresh() {
    try {
      const answer = await fetch(this.dataset.url); // 503 when a part is not well: the body says which
      this.show((await answer.json()).parts);
    } catch {
      this.replaceChildren(element("p", { className: "none" }, _("The server does not answer.")));
    }
  }

  // The services one by one; their loops folded into one line, unless one of them is not well.
  show(parts) {
    const names = Object.keys(parts);
    const loops = names.filter((name) => name.startsWith(LOOP) && parts[name].ok);
    const rows = names.filter((name) => !loops.includes(name)).map((name) => rowOf(labelOf(name), parts[name]));
    if (loops.length) rows.push(rowOf(ngettext("%(count)s background loop", "%(count)s background loops", loops.length), { ok: true }));
    const open = this.querySelector("details")?.open ?? false;
    const fold = element("details", { open }, element("summary", {}, _("Each background loop")), element("ul", { className: "health" }, ...loops.map((name) => rowOf(labelOf(name), parts[name]))));
    this.replaceChildren(element("ul", { className: "health" }, ...rows), ...(loops.length ? [fold] : []));
  }
}

function rowOf(label, part) {
  const words = element("span", { className: part.ok ? "soft" : "state bad" }, detailOf(part));
  const row = element("li", {}, icon(part.ok ? "check-round" : "alert", part.ok ? "good" : "bad"), element("span", {}, label), words);
  if (part.error) row.append(element("span", { className: "detail" }, part.error));
  return row;
}

class EnvironmentBlock extends HTMLElement {
  connectedCallback() {
    this.tabs = [...this.closest("section").querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.choose(tab));
    this.tabs[0].parentElement.addEventListener("keydown", (event) => this.step(event));
    this.choose(this.tabs[0]);
  }

  step(event) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const next = this.tabs[(this.tabs.indexOf(document.activeElement) + move + this.tabs.length) % this.tabs.length];
    next.focus();
    this.choose(next);
  }

  async choose(tab) {
    for (const other of this.tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
    }
    this.querySelector("[role=tabpanel]").setAttribute("aria-labelledby", tab.id);
    const answer = await fetch(`${this.dataset.url}?for=${tab.dataset.language}`, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    const text = answer.ok ? (await answer.text()).trimEnd() : fill(_("The server answered %(status)s."), { status: answer.status });
    this.querySelector("pre").textContent = text;
  }
}

customElements.define("health-panel", HealthPanel);
customElements.define("environment-block", EnvironmentBlock);
