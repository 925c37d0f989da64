// Tabs as ARIA describes them: arrows go from one to the next, only the chosen one is in the order of Tab.
export class Tabs {
  /** `root` holds buttons role=tab that name their panels by aria-controls. */
  constructor(root) {
    this.root = root;
    this.tabs = [...root.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.choose(tab));
    root.querySelector("[role=tablist]").addEventListener("keydown", (event) => this.step(event));
  }

  step(event) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    const next = this.tabs[(this.tabs.indexOf(document.activeElement) + move + this.tabs.length) % this.tabs.length];
    this.choose(next);
    next.focus();
  }

  choose(tab) {
    for (const other of this.tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      this.root.querySelector(`#${other.getAttribute("aria-controls")}`).hidden = other !== tab;
    }
  }
}
