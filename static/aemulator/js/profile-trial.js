// Try on a sample: sends the form as it stands for real, and shows the renditions as they come. Nothing is stored in the repository.
import { _ } from "./i18n.js";
import { element, icon } from "./notices.js";
import { post } from "./repository.js";

const LOOK_EVERY = 400;
const LOOKS = 300; // then the worker is taken for silent

class ProfileTrial extends HTMLElement {
  connectedCallback() {
    this.shown = this.querySelector("[data-slot=trial]");
    this.querySelector("[data-act=try]").addEventListener("click", () => this.begin());
  }

  disconnectedCallback() {
    this.asking?.abort();
  }

  async begin() {
    this.asking?.abort();
    this.asking = new AbortController();
    const form = new FormData(this.closest("form"));
    const file = this.querySelector("input[type=file]").files[0];
    if (file) form.set("file", file);
    this.say("spinner", "state live", _("Sending…"));
    try {
      await this.follow(await this.ask("/tools/processing-profiles.try.html", form));
    } catch (error) {
      if (error.name !== "AbortError") this.say("alert", "state bad", error.message);
    }
  }

  async follow(first) {
    let [found, looks] = [first, 0];
    while (Number(found.dataset.waiting) && looks++ < LOOKS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      found = await this.ask("/tools/processing-profiles.tried.html", new URLSearchParams({ note: found.dataset.note }));
    }
  }

  async ask(url, body) {
    const answer = await post(url, body, this.asking.signal);
    this.shown.innerHTML = await answer.text();
    return this.shown.firstElementChild;
  }

  say(symbol, className, words) {
    this.shown.replaceChildren(element("p", { className: `panel-note ${className}` }, icon(symbol, symbol === "spinner" ? "spin" : ""), words));
  }
}

customElements.define("profile-trial", ProfileTrial);
