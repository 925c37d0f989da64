// Copies the <pre> beside it.
import { _ } from "./i18n.js";
import { announce, icon, iconButton } from "./notices.js";

const SHOWN_FOR = 2000;

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.replaceChildren(iconButton("copy", _("Copy"), () => this.copy(), "button small icon-only"));
  }

  async copy() {
    const pre = this.parentElement.querySelector("pre");
    await write(pre);
    const button = this.firstElementChild;
    button.replaceChildren(icon("check"));
    announce(_("Copied"));
    setTimeout(() => button.replaceChildren(icon("copy")), SHOWN_FOR);
  }
}

// The clipboard interface is only there on https and localhost; elsewhere the text is selected and copied.
async function write(pre) {
  if (navigator.clipboard) return navigator.clipboard.writeText(pre.textContent);
  getSelection().selectAllChildren(pre);
  return document.execCommand("copy");
}

customElements.define("copy-button", CopyButton);
