// The page of one asset: which rendition is shown, how large, and what its buttons and keys do.
import { _ } from "./i18n.js";
import { askForTarget, askToDelete, detailsUrl } from "./folder-dialogs.js";
import { isCommand, visit } from "./navigation.js";
import { element, icon } from "./notices.js";
import { askToReprocess } from "./processing-dialogs.js";

class AssetStage extends HTMLElement {
  connectedCallback() {
    this.stage = this.querySelector(".stage");
    this.addEventListener("click", (event) => event.target.closest("[data-act=zoom]") && this.zoom(event.target.closest("button")));
  }

  zoom(button) {
    const actual = this.stage.classList.toggle("actual");
    button.setAttribute("aria-pressed", String(actual));
    this.stage.tabIndex = actual ? 0 : -1; // a scrolling area is reached by keyboard
  }

  show({ url, facts, checkered }) {
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
    if (button?.dataset.act === "reprocess") askToReprocess([this.dataset.path]);
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
    for (const other of this.querySelectorAll(".renditions li")) other.classList.toggle("is-shown", other === row);
    this.querySelector("asset-stage").show(row.dataset);
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
