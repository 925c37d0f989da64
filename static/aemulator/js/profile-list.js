// The list of processing profiles: copy, delete, apply to folders.
import { _, fill, ngettext } from "./i18n.js";
import { ask } from "./dialogs.js";
import { attempt, each, plantTree } from "./folder-dialogs.js";
import { visit } from "./navigation.js";
import { say } from "./notices.js";
import { copyProfile, deleteProfile, reprocess, setProperties } from "./repository.js";

class ProfileList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      const profile = button?.closest(".profile");
      if (profile) this[button.dataset.act](profile.dataset);
    });
  }

  async copy({ path, title }) {
    const answer = await ask("profile-copy", {}, { title: fill(_("Copy of %(title)s"), { title }) });
    if (answer && (await attempt(() => copyProfile(path, answer.values.title)))) this.reload(_("Profile copied."));
  }

  async delete({ path, title }) {
    const answer = await ask("profile-delete", { title: fill(_("Delete the profile “%(title)s”?"), { title }) });
    if (answer && (await attempt(() => deleteProfile(path)))) this.reload(_("Profile deleted."));
  }

  async apply({ path, title }) {
    const dialog = document.getElementById("dialog-profile-apply");
    const tree = (slot) => plantTree(slot, [], "root&several");
    const answer = await ask("profile-apply", { what: fill(_("Choose the folders that get “%(title)s”."), { title }), tree });
    const folders = [...dialog.querySelectorAll("[name=folder]:checked")].map((input) => input.value);
    if (!answer || !folders.length) return;
    const applied = await each(folders, (folder) => setProperties(folder, { "jcr:content/processingProfile": path }));
    if (applied.length && answer.values.reprocess) await attempt(() => reprocess(applied));
    if (applied.length) this.reload(ngettext("Applied to %(count)s folder.", "Applied to %(count)s folders.", applied.length));
  }

  reload(message) {
    visit(location.pathname);
    say(message);
  }
}

customElements.define("profile-list", ProfileList);
