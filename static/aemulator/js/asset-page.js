// The page of one asset: which rendition is shown, how large, and what its buttons and keys do.
import { _, fill } from "./i18n.js";
import { ask } from "./dialogs.js";
import { askForTarget, askToDelete, attempt, detailsUrl } from "./folder-dialogs.js";
import { imageCompare } from "./image-compare.js";
import { isCommand, visit } from "./navigation.js";
import { element, icon, say } from "./notices.js";
import { askToReprocess } from "./processing-dialogs.js";
import { createVersion, restoreVersion } from "./repository.js";

class AssetStage extends HTMLElement {
  connectedCallback() {
    this.stage = this.querySelector(".stage");
    this.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")));
  }

  act(button) {
    if (button?.dataset.act === "zoom") this.zoom(button);
    if (button?.dataset.act === "compare") this.compare(button);
  }

  /** The original beside the rendition that is shown, or the other way round; pictures that browsers can show. */
  compare(button) {
    const comparing = this.classList.toggle("is-comparing");
    button.setAttribute("aria-pressed", String(comparing));
    this.querySelector("image-compare")?.remove();
    if (!comparing) return;
    const choices = [...document.querySelectorAll(".renditions li[data-url]")].map(({ dataset }) => ({ name: dataset.rendition, url: dataset.url, facts: dataset.facts }));
    const shown = this.shownName ?? this.dataset.preview;
    const after = shown === choices[0].name && choices.length > 1 ? choices.at(-1).name : shown;
    this.stage.append(imageCompare(choices, choices[0].name, after));
  }

  zoom(button) {
    const actual = this.stage.classList.toggle("actual");
    button.setAttribute("aria-pressed", String(actual));
    this.stage.tabIndex = actual ? 0 : -1; // a scrolling area is reached by keyboard
  }

  show({ url, facts, checkered, rendition }) {
    this.shownName = rendition;
    if (this.classList.contains("is-comparing")) this.compare(this.querySelector("[data-act=compare]"));
    const picture = this.querySelector("img");
    if (!picture) return;
    picture.src = url;
    this.stage.classList.toggle("checkered", checkered === "true");
    this.querySelector("[data-slot=what]").textContent = facts;
  }
}

class AssetPage extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.act(event));
    this.addEventListener("gone", () => this.gone());
    this.keys = (event) => this.key(event);
    document.addEventListener("keydown", this.keys);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.keys);
  }

  act(event) {
    const button = event.target.closest("[data-act]");
    if (button?.dataset.act === "show") this.show(button.closest("li"));
    if (button?.dataset.act === "move") this.move();
    if (button?.dataset.act === "delete") this.remove();
    if (button?.dataset.act === "reprocess") askToReprocess([this.dataset.path], false);
    if (button?.dataset.act === "create-version") this.createVersion();
    if (button?.dataset.act === "restore") this.restore(button.closest("li").dataset);
  }

  key(event) {
    if (!isCommand(event) || event.ctrlKey || event.metaKey) return;
    if (event.key === "m") this.move();
    else if (event.key === "Backspace") this.remove();
    else if (event.key === "Escape") visit(this.dataset.folderUrl);
    else if (event.key === "ArrowLeft") this.querySelector("[data-step=before]")?.click();
    else if (event.key === "ArrowRight") this.querySelector("[data-step=after]")?.click();
    else return;
    event.preventDefault();
  }

  show(row) {
    for (const other of this.querySelectorAll(".renditions li, .versions li")) other.classList.toggle("is-shown", other === row);
    this.querySelector("asset-stage").show(row.dataset);
  }

  async createVersion() {
    const answer = await ask("version");
    if (!answer) return;
    const { label, comment } = answer.values;
    if (await attempt(() => createVersion(this.dataset.path, label.trim(), comment.trim()))) say(_("Version created."));
  }

  async restore({ id, version }) {
    const answer = await ask("restore", { title: fill(_("Restore version %(version)s?"), { version }) });
    if (answer && (await attempt(() => restoreVersion(this.dataset.path, id)))) say(fill(_("Version %(version)s restored."), { version }));
  }

  async move() {
    const [moved] = await askForTarget([this.dataset.path]);
    if (moved) visit(detailsUrl(moved[1]));
  }

  async remove() {
    const gone = await askToDelete([this.dataset.path]);
    if (gone.length) visit(this.dataset.folderUrl);
  }

  /** Somebody else deleted or moved it. */
  gone() {
    if (!this.isConnected) return;
    const words = element("p", {}, _("This asset was deleted or moved meanwhile. "), element("a", { href: this.dataset.folderUrl }, _("Back to its folder")));
    document.getElementById("asset-problem").replaceChildren(element("div", { className: "notice bad" }, icon("alert"), words));
  }
}

customElements.define("asset-stage", AssetStage);
customElements.define("asset-page", AssetPage);
