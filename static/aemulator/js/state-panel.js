// Reset, restore and seed, over the control plane: asked for first, with honest progress, and what came of it in words.
import { ask } from "./dialogs.js";
import { bytes } from "./formats.js";
import { _, fill, ngettext } from "./i18n.js";
import { element, icon } from "./notices.js";
import { stay } from "./repository.js";
import { chooseTheme } from "./theme-switch.js";

const SAID = "aemulator-state-said"; // what is to be read once more after signing in

class StatePanel extends HTMLElement {
  connectedCallback() {
    this.progress = this.querySelector("[data-slot=progress]");
    this.input = this.querySelector("input[type=file]");
    this.input.addEventListener("change", () => this.input.files[0] && this.restore(this.input.files[0]));
    this.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")?.dataset.act));
    const said = sessionStorage.getItem(SAID);
    sessionStorage.removeItem(SAID);
    if (said) this.show("check-round", "state good", said);
  }

  disconnectedCallback() {
    stay(false);
  }

  act(act) {
    if (act === "restore") this.input.click();
    if (act === "seed") this.seed();
    if (act === "reset") this.reset("empty");
    if (act === "reset-demo") this.reset("demo");
  }

  async reset(content) {
    const words = _("Every asset, profile, activation and journal entry is deleted. This cannot be undone; a snapshot taken before can be restored.");
    if (!(await this.sure(_("Reset this server?"), words, _("Reset")))) return;
    stay(true);
    const isDone = await this.run(_("Resetting…"), `/_aemulator/reset?content=${content}`, null, () =>
      content === "demo" ? _("Reset. The demo pictures are being processed.") : _("Reset. The server is empty."));
    if (isDone) this.offerSignIn();
    else stay(false);
  }

  async seed() {
    await this.run(_("Uploading the demo pictures and waiting until they are processed…"), "/_aemulator/seed?wait=true", null, ({ assets = {} }) =>
      ngettext("%(count)s asset is there now.", "%(count)s assets are there now.", Object.keys(assets).length));
  }

  async restore(file) {
    this.input.value = "";
    const words = fill(_("Everything on this server gives way to what is in %(name)s (%(size)s)."), { name: file.name, size: bytes(file.size) });
    if (!(await this.sure(_("Restore this snapshot?"), words, _("Restore")))) return;
    stay(true);
    const isDone = await this.run(_("Restoring…"), "/_aemulator/restore", file, ({ rows, blobs }) => fill(_("Restored: %(rows)s rows and %(blobs)s blobs."), { rows, blobs }));
    if (isDone) this.offerSignIn();
    else stay(false);
  }

  // Sessions are part of the state that is gone. What was done is said once more after signing in.
  offerSignIn() {
    sessionStorage.setItem(SAID, this.progress.textContent);
    const href = `/libs/granite/core/content/login.html?resource=${encodeURIComponent(location.pathname)}`;
    this.progress.append(" ", _("Everybody was signed out."), " ", element("a", { href }, _("Sign in again")));
  }

  async sure(title, words, go) {
    document.querySelector("#dialog-confirm [data-slot=go]").className = "button danger";
    return ask("confirm", { title, words, go });
  }

  /** Whether it was done. */
  async run(words, url, body, done) {
    const buttons = this.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    this.show("spinner", "state live", words);
    const { status, answer } = await this.send(url, body, words);
    for (const button of buttons) button.disabled = false;
    const isDone = status >= 200 && status < 300;
    if (isDone) this.show("check-round", "state good", done(answer));
    else this.show("alert", "state bad", status ? (answer.message ?? fill(_("The server answered %(status)s."), { status })) : _("The server cannot be reached."));
    return isDone;
  }

  // XMLHttpRequest, since it tells how many bytes are sent.
  send(url, body, words) {
    return new Promise((resolve) => {
      const sending = new XMLHttpRequest();
      sending.open("POST", url);
      sending.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      sending.responseType = "json";
      sending.upload.onprogress = ({ loaded, total }) => loaded < total && this.show("spinner", "state live", fill(_("Sending: %(sent)s of %(total)s"), { sent: bytes(loaded), total: bytes(total) }), loaded / total);
      sending.upload.onload = () => this.show("spinner", "state live", words);
      sending.onloadend = () => resolve({ status: sending.status, answer: sending.response ?? {} });
      sending.send(body);
    });
  }

  show(symbol, className, words, part) {
    const line = element("span", { className }, icon(symbol, symbol === "spinner" ? "spin" : ""), words);
    const bar = part === undefined ? [] : [element("progress", { value: part, max: 1, ariaLabel: words })];
    this.progress.replaceChildren(line, ...bar);
  }
}

class ThemeChoice extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => chooseTheme(event.target.value));
  }
}

customElements.define("state-panel", StatePanel);
customElements.define("theme-choice", ThemeChoice);
