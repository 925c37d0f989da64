// Leads to the recorded flow of a request (data-request); says so when there is none.
import { _ } from "./i18n.js";
import { visit } from "./navigation.js";
import { complain } from "./notices.js";

class FlowLink extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      event.preventDefault();
      this.follow();
    });
  }

  async follow() {
    const url = new URL("/_aemulator/flows", location.href);
    url.searchParams.set("q", this.dataset.request);
    url.searchParams.set("limit", "1");
    const answer = await fetch(url, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
    const flow = answer?.ok ? (await answer.json()).flows[0] : null;
    if (flow) visit(`/flow/${encodeURIComponent(flow.id)}`);
    else complain(_("No flow of this request is recorded: it was sent past the recorder, or it is too old."));
  }
}

customElements.define("flow-link", FlowLink);
