// What can be made to go wrong, and what is: <faults-page>.
import { _, fill, ngettext } from "../i18n.js";
import { Follower } from "../live.js";
import { complain, element, icon, iconButton, say } from "../notices.js";
import { addFault, changeFault, faultKinds, faults, removeFault, removeFaults } from "./api.js";
import { matchWords, oftenWords, parameterWords } from "./fault-words.js";
import { fillForm, readForm } from "./fault-form.js";

class FaultsPage extends HTMLElement {
  connectedCallback() {
    this.slot_ = (name) => this.querySelector(`[data-slot="${name}"]`);
    this.dialog = document.getElementById("dialog-fault");
    this.kinds = new Map();
    this.follower = new Follower(() => this.refresh(), 300, "flow");
    this.follower.start();
    this.follower.ask();
    this.addEventListener("click", (event) => this.onClick(event));
    this.slot_("q").addEventListener("input", () => this.filterKinds());
    this.dialog.addEventListener("close", () => this.dialog.returnValue === "save" && this.save());
  }

  disconnectedCallback() {
    this.follower.stop();
  }

  async refresh() {
    try {
      if (!this.kinds.size) this.showKinds((await faultKinds()).kinds);
      this.show((await faults()).faults);
      this.slot_("problem").hidden = true;
    } catch (error) {
      if (error.status === undefined) throw error;
      this.slot_("problem").hidden = false;
      this.slot_("problem-words").textContent = error.message;
    }
  }

  showKinds(kinds) {
    this.kinds = new Map(kinds.map((one) => [one.kind, one]));
    const groups = grouped(kinds);
    this.slot_("kinds").replaceChildren(...[...groups].map(([group, list]) => {
      const title = element("h3", {}, group || _("Faults"));
      return element("section", { className: "kind-group" }, title, element("ul", { className: "kinds" }, ...list.map(kindCard)));
    }));
  }

  filterKinds() {
    const words = this.slot_("q").value.trim().toLowerCase();
    for (const card of this.querySelectorAll(".kind")) card.hidden = !card.textContent.toLowerCase().includes(words);
    for (const group of this.querySelectorAll(".kind-group")) group.hidden = !group.querySelector(".kind:not([hidden])");
    this.slot_("no-kind").hidden = Boolean(this.querySelector(".kind:not([hidden])"));
  }

  show(list) {
    this.list = new Map(list.map((one) => [one.id, one]));
    const on = list.filter((one) => one.enabled).length;
    this.slot_("count").textContent = list.length ? fill(_("%(on)s of %(all)s on"), { on, all: list.length }) : "";
    this.slot_("none").hidden = list.length > 0;
    this.slot_("table").hidden = !list.length;
    this.slot_("remove-all").hidden = !list.length;
    const focused = document.activeElement?.closest("tr[data-fault]") && [document.activeElement.closest("tr").dataset.fault, document.activeElement.dataset.act];
    this.slot_("rows").replaceChildren(...list.map((one) => this.row(one)));
    if (focused) this.slot_("rows").querySelector(`[data-fault="${CSS.escape(focused[0])}"] [data-act="${focused[1]}"]`)?.focus();
  }

  row(one) {
    const kind = this.kinds.get(one.kind);
    const title = kind?.title ?? one.kind;
    const toggle = element("input", { type: "checkbox", checked: one.enabled, onchange: (event) => this.tried(() => changeFault(one.id, { ...settingsOf(one), enabled: event.target.checked })) });
    toggle.dataset.act = "toggle";
    toggle.setAttribute("aria-label", fill(_("%(title)s is on"), { title }));
    const edit = iconButton("pencil", fill(_("Change %(title)s"), { title }), () => this.open(kind, one));
    edit.dataset.act = "edit";
    const remove = iconButton("trash", fill(_("Remove %(title)s"), { title }), () => this.tried(() => removeFault(one.id)));
    remove.dataset.act = "remove";
    const words = parameterWords(one.parameters, kind);
    const row = element("tr", {},
      element("td", { className: "cell-toggle" }, element("label", { className: "toggle" }, toggle, element("span", {}, one.enabled ? _("On") : _("Off")))),
      element("th", { scope: "row" }, title, words ? element("span", { className: "soft fault-parameters" }, words) : ""),
      element("td", {}, matchWords(one.match)),
      element("td", {}, oftenWords(one)),
      element("td", { className: "cell-number" }, ngettext("%(count)s hit", "%(count)s hits", one.hits)),
      element("td", { className: "cell-acts" }, edit, remove));
    row.dataset.fault = one.id;
    row.classList.toggle("is-off", !one.enabled);
    return row;
  }

  onClick(event) {
    const act = event.target.closest("[data-act]");
    if (act?.dataset.act === "add") this.open(this.kinds.get(act.dataset.kind));
    if (act?.dataset.act === "remove-all") this.tried(() => removeFaults());
  }

  open(kind, fault = null) {
    if (!kind) return;
    this.editing = { kind, fault };
    fillForm(this.dialog, kind, fault);
    this.dialog.returnValue = "";
    this.dialog.showModal();
  }

  async save() {
    const { kind, fault } = this.editing;
    const settings = readForm(this.dialog, kind);
    await this.tried(() => (fault ? changeFault(fault.id, { ...settings, enabled: fault.enabled }) : addFault({ ...settings, enabled: true })));
    if (!fault) say(fill(_("“%(title)s” is on."), { title: kind.title }));
  }

  async tried(act) {
    try {
      await act();
    } catch (error) {
      if (error.status === undefined) throw error;
      complain(error.message);
    }
    await this.refresh();
  }
}

/** What a change must send along: a fault without what the server keeps of it. */
const settingsOf = ({ kind, match, probability, times, seed, parameters }) => ({ kind, match, probability, times, seed, parameters });

function grouped(kinds) {
  const groups = new Map();
  for (const one of kinds) groups.set(one.group ?? "", [...(groups.get(one.group ?? "") ?? []), one]);
  return groups;
}

function kindCard(kind) {
  const add = element("button", { type: "button", className: "button small" }, icon("bolt"), _("Set"), element("span", { className: "visually-hidden" }, ` ${kind.title}`));
  Object.assign(add.dataset, { act: "add", kind: kind.kind });
  const numbers = (kind.steps ?? []).map((n) => element("span", { className: "step-number", title: fill(_("Step %(n)s"), { n }) }, String(n)));
  const steps = element("span", { className: "kind-steps" }, ...numbers);
  if (numbers.length) steps.prepend(element("span", { className: "visually-hidden" }, _("Steps ")));
  const card = element("li", { className: "kind" }, element("div", { className: "kind-words" }, element("h4", {}, kind.title), element("p", { className: "soft" }, kind.sentence)), element("div", { className: "kind-foot" }, steps, add));
  card.dataset.kind = kind.kind;
  return card;
}

customElements.define("faults-page", FaultsPage);
