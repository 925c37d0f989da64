// The tree of nodes beside the node that is chosen. The tree is opened by and by; changes are Sling POSTs, as any client sends them.
import { ask } from "./dialogs.js";
import { attempt } from "./folder-dialogs.js";
import { _, fill } from "./i18n.js";
import { visit } from "./navigation.js";
import { complain, say } from "./notices.js";
import { href, join, parentOf } from "./paths.js";
import { fragment, post } from "./repository.js";

const BASE = "/crx/de";
const urlOf = (path) => (path === "/" ? BASE : `${BASE}${href(path)}`);

class NodeBrowser extends HTMLElement {
  connectedCallback() {
    if (location.hash.startsWith("#/")) return visit(urlOf(decodeURIComponent(location.hash.slice(1)))); // CRXDE's own addresses
    this.tree = this.querySelector("[role=tree]");
    this.addEventListener("click", (event) => this.click(event));
    this.tree.addEventListener("keydown", (event) => this.key(event));
    this.querySelector("form[data-act=go]").addEventListener("submit", (event) => this.go(event));
    this.onPop = () => this.isConnected && location.pathname.startsWith(BASE) && this.show(location.pathname, false);
    addEventListener("popstate", this.onPop);
    this.tree.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    return null;
  }

  disconnectedCallback() {
    removeEventListener("popstate", this.onPop);
  }

  get node() {
    return this.querySelector("#node");
  }

  go(event) {
    event.preventDefault();
    const path = event.target.elements.path.value.trim();
    visit(path.startsWith("/") ? urlOf(path.replace(/\/+$/, "") || "/") : urlOf(`/${path}`));
  }

  async click(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    const item = event.target.closest("[role=treeitem], a[data-node]");
    if (act && this[act]) return this[act](event.target.closest("[data-act]"));
    if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return null;
    event.preventDefault();
    if (item.role === "treeitem" && act === "twist") return this.toggle(item);
    return this.choose(item);
  }

  async choose(item) {
    if (item.dataset.act === "more") return this.more(item);
    await this.show(item.getAttribute("href"), true);
    const own = item.role === "treeitem" ? item : this.itemOf(this.node.dataset.path);
    if (!own) return visit(item.getAttribute("href"));
    this.mark(own);
    if (own.ariaExpanded === "false") await this.toggle(own);
    return null;
  }

  itemOf(path) {
    return this.tree.querySelector(`[data-path="${CSS.escape(path)}"]`);
  }

  /** Puts the node of this address beside the tree. */
  async show(url, isNew) {
    try {
      const { content } = await fragment(`/crx.node.html${url.slice(BASE.length)}`);
      this.querySelector(".nodes-main").replaceChildren(content);
    } catch (error) {
      return complain(error.message);
    }
    if (isNew) history.pushState({}, "", url);
    const { path } = this.node.dataset;
    this.querySelector("#node-path").value = path;
    document.title = `${path} | ${_("Nodes")}`;
    const item = this.itemOf(path);
    if (item) this.mark(item);
    return null;
  }

  mark(item) {
    for (const old of this.tree.querySelectorAll("[aria-current], [tabindex='0']")) {
      old.removeAttribute("aria-current");
      old.tabIndex = -1;
      old.ariaSelected = "false";
    }
    item.setAttribute("aria-current", "page");
    item.tabIndex = 0;
    item.ariaSelected = "true";
  }

  async toggle(item) {
    const group = item.parentElement.querySelector(":scope > [role=group]");
    if (!item.ariaExpanded) return;
    const open = item.ariaExpanded === "false";
    if (open && !group) {
      const { content } = await fragment(`/crx.children.html${item.getAttribute("href").slice(BASE.length)}`);
      const list = Object.assign(document.createElement("ul"), { role: "group" });
      list.append(content);
      item.after(list);
    } else if (group) group.hidden = !open;
    item.ariaExpanded = String(open);
  }

  async more(item) {
    const url = new URL(`/crx.children.html${item.getAttribute("href").slice(BASE.length)}`, location.href);
    url.searchParams.set("after", item.dataset.after);
    const { content } = await fragment(url);
    const first = content.querySelector("[role=treeitem]");
    item.parentElement.replaceWith(content);
    first?.focus();
  }

  // Arrows as ARIA describes a tree: right opens, left closes or goes up; Enter is the link's own.
  key(event) {
    const item = event.target.closest("[role=treeitem]");
    const items = [...this.tree.querySelectorAll("[role=treeitem]")].filter((one) => one.checkVisibility());
    const at = items.indexOf(item);
    const parent = item.parentElement.parentElement.closest("li")?.querySelector("[role=treeitem]");
    const to = {
      ArrowDown: () => items[at + 1],
      ArrowUp: () => items[at - 1],
      Home: () => items[0],
      End: () => items.at(-1),
      ArrowRight: () => (item.ariaExpanded === "false" ? this.toggle(item) && null : item.ariaExpanded === "true" ? items[at + 1] : null),
      ArrowLeft: () => (item.ariaExpanded === "true" ? this.toggle(item) && null : parent),
    }[event.key];
    if (!to) return;
    event.preventDefault();
    to()?.focus();
  }

  "add-property"() {
    return this.askForProperty(_("Add property"), { name: "", type: "String", value: "" }, false);
  }

  "edit-property"(button) {
    const row = button.closest("tr");
    const { name, kind } = row.dataset;
    const value = row.querySelector("textarea").value;
    return this.askForProperty(fill(_("Edit %(name)s"), { name }), { name, type: kind, value }, "multiple" in row.dataset);
  }

  async askForProperty(title, values, isMultiple) {
    const box = document.getElementById("property-multiple");
    const asked = ask("property", { title }, values);
    box.checked = isMultiple;
    document.getElementById("property-name").readOnly = Boolean(values.name);
    const answer = await asked;
    if (!answer) return;
    const { name, type, value } = answer.values;
    const body = new URLSearchParams({ _charset_: "utf-8", [`./${name}@TypeHint`]: box.checked ? `${type}[]` : type });
    for (const line of box.checked ? value.split("\n") : [value]) body.append(`./${name}`, line);
    await this.change(body, fill(_("%(name)s saved."), { name }));
  }

  async "delete-property"(button) {
    const { name } = button.closest("tr").dataset;
    const slots = { title: fill(_("Delete %(name)s?"), { name }), words: fill(_("The property goes from %(path)s at once."), this.node.dataset), go: _("Delete") };
    if (await this.confirm(slots)) await this.change(new URLSearchParams({ [`./${name}@Delete`]: "" }), fill(_("%(name)s deleted."), { name }));
  }

  async "add-node"() {
    const { path } = this.node.dataset;
    const answer = await ask("node", { where: fill(_("Below %(path)s"), { path }) }, { type: "nt:unstructured" });
    if (!answer) return;
    const target = join(path, answer.values.name);
    const body = new URLSearchParams({ _charset_: "utf-8", "./jcr:primaryType": answer.values.type });
    if (await attempt(() => post(href(target), body))) visit(urlOf(target));
  }

  async "delete-node"() {
    const { path } = this.node.dataset;
    const slots = { title: fill(_("Delete the node %(path)s?"), { path }), words: _("Everything below it goes with it. This cannot be undone."), go: _("Delete") };
    if (!(await this.confirm(slots))) return;
    if (await attempt(() => post(this.node.dataset.href, new URLSearchParams({ ":operation": "delete" })))) visit(urlOf(parentOf(path)));
  }

  confirm(slots) {
    document.querySelector("#dialog-confirm [data-slot=go]").className = "button danger";
    return ask("confirm", slots);
  }

  async change(body, message) {
    const { href: target } = this.node.dataset;
    if (!(await attempt(() => post(target, body)))) return;
    say(message);
    await this.show(location.pathname, false);
  }
}

customElements.define("node-browser", NodeBrowser);
