// The pages of a list after its first: each is asked for before people reach the end of the one before.
import { complain } from "./notices.js";
import { fragment } from "./repository.js";

const SOON = 1200; // pixels below what is seen

export class ItemPages {
  /** `arrived()` is called for each page that came, `asked()` for each that is asked for. */
  constructor(shown, asked, arrived) {
    Object.assign(this, { shown, asked, arrived, isLoading: false, hasFailed: false });
    this.onClick = (event) => event.target.closest("[data-more]") && this.load();
    shown.list.addEventListener("click", this.onClick);
  }

  /** To be called when another part of the list is seen. A page that failed waits for the button. */
  look() {
    const end = this.shown.end;
    if (!end || this.isLoading || this.hasFailed) return;
    const bottom = this.shown.column?.getBoundingClientRect().bottom ?? innerHeight;
    if (end.getBoundingClientRect().top < bottom + SOON) this.load();
  }

  async load() {
    const end = this.shown.end;
    if (!end || this.isLoading) return;
    this.isLoading = true;
    this.asked();
    this.hasFailed = !(await this.take(end));
    this.isLoading = false;
    if (!this.hasFailed && this.shown.list.isConnected) this.arrived();
  }

  async take(end) {
    try {
      const { content } = await fragment(end.dataset.more);
      if (!end.isConnected) return true; // another list took its place
      this.shown.append([...content.querySelectorAll(".item")]);
      end.replaceWith(content.querySelector("[data-more]") ?? "");
      return true;
    } catch (error) {
      if (error.status === undefined) throw error;
      complain(error.message);
      return false;
    }
  }
}
