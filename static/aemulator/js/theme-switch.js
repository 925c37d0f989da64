// Follows the system → light → dark. Kept in a cookie, so that the server renders the page in it from the start.
import { _ } from "./i18n.js";
import { announce, icon } from "./notices.js";

const NEXT = { auto: "light", light: "dark", dark: "auto" };
const ICONS = { auto: "auto", light: "sun", dark: "moon" };
const YEAR = 365 * 24 * 3600;

function keep(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.cookie = `aemulator-theme=${theme}; path=/; max-age=${theme === "auto" ? 0 : YEAR}; samesite=lax`;
}

/** Another place to choose the theme: the switch in the bar shows it too. */
export const chooseTheme = (theme) => document.querySelector("theme-switch").choose(theme);

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.button.addEventListener("click", () => this.choose(NEXT[this.button.dataset.theme]));
    this.show(this.button.dataset.theme);
  }

  choose(theme) {
    keep(theme);
    this.show(theme);
    announce(this.button.title);
  }

  show(theme) {
    const words = { auto: _("Theme: as the system"), light: _("Theme: light"), dark: _("Theme: dark") };
    this.button.dataset.theme = theme;
    this.button.title = words[theme];
    this.button.setAttribute("aria-label", words[theme]);
    this.button.replaceChildren(icon(ICONS[theme]));
  }
}

customElements.define("theme-switch", ThemeSwitch);
