// Tells on every page that faults are switched on: <faults-banner>.
import { _, fill, ngettext } from "./i18n.js";
import { Follower } from "./live.js";
import { complain, element, icon } from "./notices.js";
import { request } from "./repository.js";

const URL_ = "/_aemulator/faults";

class FaultsBanner extends HTMLElement {
  connectedCallback() {
    this.follower = new Follower(() => this.refresh(), 500, "flow");
    this.follower.start();
    this.follower.ask();
  }

  disconnectedCallback() {
    this.follower.stop();
  }

  async refresh() {
    const { faults } = await (await request("GET", URL_)).json();
    this.show(faults.filter((one) => one.enabled));
  }

  show(on) {
    const text = JSON.stringify(on.map((one) => [one.id, one.hits]));
    if (text === this.text) return;
    this.text = text;
    this.hidden = !on.length;
    if (!on.length) return this.replaceChildren();
    const hits = on.reduce((sum, one) => sum + one.hits, 0);
    const words = ngettext("%(count)s fault is switched on.", "%(count)s faults are switched on.", on.length);
    const off = element("button", { type: "button", className: "button small", onclick: () => this.allOff(on) }, _("Switch all off"));
    return this.replaceChildren(icon("bolt"), element("span", { className: "banner-words" }, element("strong", {}, words), " ", hits ? ngettext("%(count)s hit so far.", "%(count)s hits so far.", hits) : _("Nothing was hit yet.")), element("a", { href: "/faults" }, _("Show faults")), off);
  }

  async allOff(on) {
    try {
      const headers = { "Content-Type": "application/json" };
      for (const { id, kind, match, probability, times, seed, parameters } of on) {
        await request("PUT", `${URL_}/${encodeURIComponent(id)}`, { headers, body: JSON.stringify({ kind, match, probability, times, seed, parameters, enabled: false }) });
      }
    } catch (error) {
      complain(fill(_("The faults are still on: %(reason)s"), { reason: error.message }));
    }
    await this.refresh();
  }
}

customElements.define("faults-banner", FaultsBanner);
