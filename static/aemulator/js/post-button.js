// A button that changes something on the server: asks first, posts, says what came of it, and goes where the answer leads.
import { ask } from "./dialogs.js";
import { attempt } from "./folder-dialogs.js";
import { _ } from "./i18n.js";
import { visit } from "./navigation.js";
import { say } from "./notices.js";
import { post } from "./repository.js";

class PostButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => event.target.closest("button") && this.go());
  }

  async go() {
    const { url, title, words = "", go = _("Continue"), fields = "", danger } = this.dataset;
    const dialog = document.getElementById("dialog-confirm");
    dialog.querySelector("[data-slot=go]").className = danger === undefined ? "button primary" : "button danger";
    if (title && !(await ask("confirm", { title, words, go }))) return;
    const button = this.querySelector("button");
    button.disabled = true;
    await attempt(async () => {
      const { message, url: next } = await (await post(url, new URLSearchParams(fields))).json();
      say(message);
      if (next) visit(next);
      else this.dispatchEvent(new CustomEvent("posted", { bubbles: true }));
    });
    button.disabled = false;
  }
}

customElements.define("post-button", PostButton);
