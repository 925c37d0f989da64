// The form for a test event: says at the field what is wrong with it.
import { post } from "./repository.js";
import { say } from "./notices.js";

class PublishForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.publish();
    });
  }

  async publish() {
    const [field, problem, button] = ["textarea", ".problem", "button"].map((what) => this.form.querySelector(what));
    button.disabled = true;
    problem.textContent = "";
    try {
      say((await (await post(this.dataset.url, new URLSearchParams(new FormData(this.form)))).json()).message);
    } catch (error) {
      problem.textContent = error.message;
    }
    field.setAttribute("aria-invalid", String(Boolean(problem.textContent)));
    button.disabled = false;
  }
}

customElements.define("publish-form", PublishForm);
