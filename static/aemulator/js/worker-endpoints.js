// Endpoints of custom workers in the profile editor: the deployed ones are suggested, a typed one is looked at.
import { element, icon } from "./notices.js";
import { deployedWorkers, endpointFinding } from "./repository.js";

const PAUSE = 400; // milliseconds without a key, then the endpoint is looked at
const SYMBOLS = { ok: "check-round", warning: "warning", problem: "alert" };

export class WorkerEndpoints {
  constructor(editor) {
    this.editor = editor;
    this.timers = new WeakMap();
    this.suggest();
    for (const field of editor.querySelectorAll(".profile-rows [name$=-worker]")) this.look(field);
    editor.addEventListener("input", (event) => {
      if (event.target.name?.endsWith("-worker")) this.later(event.target);
    });
  }

  later(field) {
    clearTimeout(this.timers.get(field));
    this.timers.set(field, setTimeout(() => this.look(field), PAUSE));
  }

  async suggest() {
    try {
      const workers = await deployedWorkers(this.editor.dataset.workersUrl);
      const options = workers.map(({ url, title }) => element("option", { value: url, label: title }));
      this.editor.querySelector("#deployed-workers").replaceChildren(...options);
    } catch {
      return; // suggestions are a help; the page says elsewhere when the server cannot be reached
    }
  }

  async look(field) {
    const url = field.value.trim();
    try {
      const finding = url ? await endpointFinding(this.editor.dataset.endpointUrl, url) : null;
      if (field.value.trim() === url) this.show(field, finding);
    } catch (error) {
      if (field.value.trim() === url) this.show(field, { state: "warning", message: error.message });
    }
  }

  // What the server found when it refused the form stands there already; it is about an older text once this is known.
  show(field, finding) {
    const box = field.closest(".field").querySelector(".finding");
    if (!box) return;
    box.dataset.state = finding?.state ?? "";
    box.replaceChildren(...(finding ? [icon(SYMBOLS[finding.state]), element("span", {}, finding.message)] : []));
    field.setAttribute("aria-invalid", String(finding?.state === "problem"));
    field.closest(".field").querySelector(".problem").textContent = "";
  }
}
