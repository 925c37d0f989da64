// The editor of a processing profile: rows and parameters that come and go, tabs, the request shown beside the form.
import { _ } from "./i18n.js";
import { element, iconButton } from "./notices.js";
import { fragmentOf } from "./repository.js";
import { Tabs } from "./tabs.js";
import { WorkerEndpoints } from "./worker-endpoints.js";

const PAUSE = 250; // milliseconds without a key, then the preview is asked for

class ProfileEditor extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.keys = this.querySelectorAll(".profile-row").length;
    this.tabs = new Tabs(this);
    this.tabs.choose(this.querySelector(`[data-tab="${this.dataset.tab}"]`));
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("input", () => this.later());
    this.querySelector("[aria-invalid=true]")?.focus();
    for (const row of this.querySelectorAll('.profile-row[data-list="images"]')) this.fit(row);
    this.addEventListener("change", (event) => this.changed(event));
    new WorkerEndpoints(this);
    this.refresh();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  click(event) {
    const button = event.target.closest("[data-act]");
    if (button?.dataset.act === "add") this.add(button.dataset.list);
    else if (button?.dataset.act === "remove") this.remove(button.closest(".profile-row"));
    else if (button?.dataset.act === "add-param") this.addParam(button.dataset.prefix);
    else if (button?.dataset.act === "remove-param") this.removeParam(button);
    else return;
    this.later();
  }

  changed(event) {
    const row = event.target.closest('.profile-row[data-list="images"]');
    if (!row || !event.target.name.endsWith("-format")) return;
    this.fit(row);
    this.follow(row, event.target.value);
  }

  // Only JPEG and WebP have a quality.
  fit(row) {
    const format = row.querySelector("[name$=-format]").value;
    row.querySelector("[name$=-quality]").disabled = !["jpeg", "webp"].includes(format);
  }

  // The file name's ending goes with the format.
  follow(row, format) {
    const name = row.querySelector("[name$=-name]");
    name.value = name.value.replace(/\.(png|jpe?g|gif|webp)$/i, `.${format}`);
  }

  add(list) {
    const template = this.querySelector(`[data-template="${list}"]`);
    const made = document.createElement("template");
    made.innerHTML = template.innerHTML.replaceAll("__key__", `n${this.keys++}`);
    const row = made.content.firstElementChild;
    this.querySelector(`[data-rows="${list}"]`).append(row);
    row.querySelector(".input").focus();
    this.count(list);
  }

  remove(row) {
    const { list } = row.dataset;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector(".input") ?? this.querySelector(`[data-act=add][data-list="${list}"]`)).focus();
    this.count(list);
  }

  count(list) {
    const count = this.querySelectorAll(`.profile-row[data-list="${list}"]`).length;
    this.querySelector(`[data-count="${list}"]`).textContent = count;
    this.querySelector(`[data-none="${list}"]`).hidden = count > 0;
  }

  addParam(prefix) {
    const field = (part, label) => {
      const input = element("input", { className: "input", name: `${prefix}-${part}`, autocomplete: "off", spellcheck: false });
      input.setAttribute("aria-label", label);
      return input;
    };
    const row = element("div", { className: "param" }, field("param", _("Parameter")), field("value", _("Value")));
    const remove = iconButton("x", _("Remove parameter"), null, "button quiet icon-only");
    remove.dataset.act = "remove-param";
    row.append(remove);
    this.querySelector(`[data-params="${prefix}"]`).append(row);
    row.querySelector("input").focus();
  }

  removeParam(button) {
    const rows = button.closest("[data-params]");
    button.closest(".param").remove();
    (rows.querySelector("input") ?? rows.parentElement.querySelector("[data-act=add-param]")).focus();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), PAUSE);
  }

  async refresh() {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const html = await fragmentOf(this.dataset.previewUrl, this.form, this.asking.signal);
      this.querySelector('[data-slot="preview"]').innerHTML = html;
    } catch (error) {
      if (error.name !== "AbortError") this.querySelector('[data-slot="preview"]').textContent = error.message;
    }
  }
}

customElements.define("profile-editor", ProfileEditor);
