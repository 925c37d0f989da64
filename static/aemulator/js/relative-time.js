// "3 minutes ago", kept right while the page is open.
import { ago } from "./formats.js";

const INTERVAL = 20_000;
const shown = new Set();

function show(element) {
  const time = element.querySelector("time");
  if (time) time.textContent = ago(new Date(time.dateTime));
}

class RelativeTime extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    show(this);
  }

  disconnectedCallback() {
    shown.delete(this);
  }
}

setInterval(() => shown.forEach(show), INTERVAL);
customElements.define("relative-time", RelativeTime);
