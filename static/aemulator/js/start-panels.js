// The start page's panels on the control plane: health of each part, environment block for clients.
import { _, fill, ngettext } from "./i18n.js";
import { element, icon } from "./notices.js";

const INTERVAL = 5000;
const LOOP = "loop:";

// Each service once, with the parts of the report that belong to it; the first that is there says how it is.
const services = () => [
  [_("AEM Assets"), ["processing-jobs", "journal-cursor", "blob-deletions", "loop:submit-jobs", "loop:poll-journal", "loop:delete-blobs", "loop:forget-old-rows"]],
  [_("Blob storage"), ["blob-storage", "loop:blob-garbage"]],
  [_("Asset Compute"), ["core-workers", "invocations", "outbox", "loop:publish-events", "loop:call-workers", "loop:sweep-activations", "loop:renew-leases", "loop:forget-activations"]],
  [_("I/O Runtime"), ["runtime", "loop:tend-actions", "loop:forget-runtime-activations"]],
  [_("I/O Events"), ["journal", "loop:expire-events"]],
  [_("Identity (IMS)"), ["loop:ims-keys"]],
  [_("Flow recorder"), ["flow-recorder", "loop:record-exchanges", "loop:forget-flows"]],
  [_("Database"), ["database"]],
];

/** [{label, names}] of what the report has; what belongs to no service comes last, under its own name. */
function grouped(parts) {
  const found = services().map(([label, names]) => ({ label, names: names.filter((name) => name in parts) }));
  const known = new Set(found.flatMap(({ names }) => names));
  const rest = Object.keys(parts).filter((name) => !known.has(name));
  return [...found, { label: _("Background loops"), names: rest }].filter(({ names }) => names.length);
}

function labelOf(name) {
  const words = name.replace(LOOP, "").replaceAll(/[-_]/g, " ");
  return words[0].toUpperCase() + words.slice(1);
}

function detailOf({ ok, seconds, age, processes, pending, waiting, unsent, unfinished, registrations, actions }) {
  if (!ok) return _("not well");
  if (processes !== undefined) return ngettext("%(count)s process", "%(count)s processes", processes);
  if (registrations !== undefined) return ngettext("%(count)s consumer", "%(count)s consumers", registrations);
  if (actions !== undefined) return ngettext("%(count)s action", "%(count)s actions", actions);
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

  // The services one by one; what each of them consists of is folded away, but for what is not well.
  show(parts) {
    const rows = grouped(parts).map(({ label, names }) => serviceRow(label, names, parts));
    const open = this.querySelector("details")?.open ?? false;
    const all = Object.keys(parts).map((name) => partRow(labelOf(name), parts[name]));
    const fold = element("details", { open }, element("summary", {}, _("Every part")), element("ul", { className: "health" }, ...all));
    this.replaceChildren(element("ul", { className: "health" }, ...rows), fold);
  }
}

function serviceRow(label, names, parts) {
  const ill = names.filter((name) => !parts[name].ok);
  const row = rowOf(label, !ill.length, ill.length ? _("not well") : detailOf(parts[names[0]]));
  for (const name of ill) row.append(element("span", { className: "detail" }, [labelOf(name), parts[name].error].filter(Boolean).join(": ")));
  return row;
}

function partRow(label, part) {
  const row = rowOf(label, part.ok, detailOf(part));
  if (part.error) row.append(element("span", { className: "detail" }, part.error));
  return row;
}

function rowOf(label, ok, words) {
  const detail = element("span", { className: ok ? "soft" : "state bad" }, words);
  return element("li", {}, icon(ok ? "check-round" : "alert", ok ? "good" : "bad"), element("span", {}, label), detail);
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
