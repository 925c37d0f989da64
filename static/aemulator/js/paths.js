// A node path as a URL writes it: `jcr:content` becomes `_jcr_content`, everything else is percent-encoded.
// What must stay the same in both directions is in repository/paths.py; the server gives ready URLs for what exists,
// so this is only for what the page is about to create.

export const href = (path) => path.split("/").map((name) => encodeURIComponent(name)).join("/");

export const parentOf = (path) => path.slice(0, path.lastIndexOf("/")) || "/";

export const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

export const join = (folder, name) => `${folder.replace(/\/$/, "")}/${name}`;
