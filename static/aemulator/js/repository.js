// The repository's own HTTP interface, as any client uses it. Every refusal becomes a RepositoryError with its reason.
import { _, fill } from "./i18n.js";
import { href } from "./paths.js";

export class RepositoryError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

let token = null;

async function csrfToken() {
  if (token) return token;
  const answer = await fetch("/libs/granite/csrf/token.json", { headers: { "X-Requested-With": "XMLHttpRequest" } });
  if (answer.status === 401) leaveForLogin();
  token = (await answer.json()).token ?? "";
  return token;
}

/** Leaves for the sign-in page when the session has ended; a server that does not answer says nothing of it. */
export async function checkSession() {
  try {
    const answer = await fetch("/libs/granite/csrf/token.json", { headers: { "X-Requested-With": "XMLHttpRequest" } });
    if (answer.status === 401 || (answer.ok && !(await answer.json()).token)) leaveForLogin();
  } catch {
    token = null;
  }
}

let staying = false;

/** While a page has something to say that people have to read, a session that ended does not take it away. */
export const stay = (on) => (staying = on);
export const isStaying = () => staying;

/** The sign-in page, and back here afterwards. */
function leaveForLogin() {
  if (staying) return;
  const resource = encodeURIComponent(location.pathname + location.search);
  location.assign(`/libs/granite/core/content/login.html?resource=${resource}`);
}

/** Any request to this server, as this session; a refusal is a RepositoryError. */
export async function request(method, url, options = {}, again = true) {
  const headers = { "X-Requested-With": "XMLHttpRequest", "CSRF-Token": await csrfToken(), ...options.headers };
  let answer;
  try {
    answer = await fetch(url, { ...options, method, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RepositoryError(_("The server cannot be reached."), 0);
  }
  if (answer.status === 403 && again) {
    token = null; // a new session has a new token
    return request(method, url, options, false);
  }
  if (answer.status === 401) leaveForLogin();
  if (!answer.ok) throw new RepositoryError(await reasonOf(answer), answer.status);
  return answer;
}

/** What the server says went wrong, in whichever of its shapes it says it. */
async function reasonOf(answer) {
  const text = await answer.text();
  const fallback = fill(_("The server answered %(status)s."), { status: answer.status });
  if (answer.headers.get("Content-Type")?.includes("json")) {
    try {
      const body = JSON.parse(text);
      return body.properties?.["status.message"] ?? body["status.message"] ?? body.detail ?? body.message ?? fallback;
    } catch {
      return fallback;
    }
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  const words = (page.querySelector("#Message") ?? page.querySelector("p, h1, title"))?.textContent.trim() ?? "";
  return words.replace(/^\d{3} /, "") || fallback;
}

const api = (path) => `/api/assets${href(path.replace(/^\/content\/dam/, ""))}`;

/** Creates a folder; `true` when it is new, `false` when there was one already. */
export async function createFolder(path, title) {
  const body = JSON.stringify({ class: "assetFolder", properties: { "jcr:title": title } });
  try {
    await request("POST", api(path), { body, headers: { "Content-Type": "application/json" } });
    return true;
  } catch (error) {
    if (error.status === 409) return false;
    throw error;
  }
}

export async function move(path, target) {
  const headers = { "X-Destination": api(target), "X-Depth": "infinity", "X-Overwrite": "F" };
  await request("MOVE", api(path), { headers });
}

export async function copy(path, target) {
  const headers = { "X-Destination": api(target), "X-Depth": "infinity", "X-Overwrite": "F" };
  await request("COPY", api(path), { headers });
}

/** How many files and bytes a download would be: {originals: {files, bytes}, renditions: {files, bytes}}. */
export async function downloadSize(paths) {
  const answer = await request("POST", "/content/dam.assetdownload.json", { body: new URLSearchParams(paths.map((path) => ["path", path])) });
  return answer.json();
}

/** The processing profiles: [{path, title}]. */
export async function profiles() {
  const answer = await request("GET", "/_aemulator/processing-profiles", {});
  return answer.json();
}

export async function remove(path) {
  await request("DELETE", api(path));
}

/** Sling POST: `fields` are properties by their relative path; an empty text takes one away. */
export async function setProperties(path, fields) {
  await request("POST", href(path), { body: new URLSearchParams({ _charset_: "utf-8", ...fields }) });
}

/** Sling POST of `fields`, [[name, value], …], of which several may have one name. */
export async function postProperties(path, fields) {
  await request("POST", href(path), { body: new URLSearchParams([["_charset_", "utf-8"], ...fields]) });
}

export async function createVersion(path, label, comment) {
  await request("POST", `${href(path)}.version.html`, { body: new URLSearchParams({ cmd: "createVersion", label, comment }) });
}

export async function restoreVersion(path, id) {
  await request("POST", `${href(path)}.version.html`, { body: new URLSearchParams({ cmd: "restoreVersion", id }) });
}

/** Processes assets again; without `parts` all of it. Resolves to the paths of the assets. */
export async function reprocess(paths, parts = [], runPostProcess = false) {
  const headers = { "Content-Type": "application/json" };
  const answer = await request("POST", "/_aemulator/reprocess", { headers, body: JSON.stringify({ paths, parts, runPostProcess }) });
  return (await answer.json()).assets;
}

/** Copies a processing profile, or with an empty path the default one. */
export async function copyProfile(path, title) {
  await request("POST", "/tools/processing-profiles.copy.json", { body: new URLSearchParams({ path, title }) });
}

export async function deleteProfile(path) {
  await request("DELETE", `/_aemulator/processing-profiles/${encodeURIComponent(path.slice(path.lastIndexOf("/") + 1))}`);
}

/** A page's own action, as a form would send it. */
export async function post(url, body, signal) {
  return request("POST", url, { body, signal });
}

/** A fragment that depends on what a form says. */
export async function fragmentOf(url, form, signal) {
  const answer = await request("POST", url, { signal, body: new URLSearchParams(new FormData(form)) });
  return answer.text();
}

/** Which of `names` exist in the folder already. */
export async function existing(folder, names) {
  const body = new URLSearchParams(names.map((name) => ["name", name]));
  const answer = await request("POST", `/assets.existing.json${href(folder)}`, { body });
  return new Set((await answer.json()).names);
}

/** {path, name, kind} of everything that a list has, loaded or not. */
export async function everything(url) {
  const answer = await request("GET", url);
  return (await answer.json()).items;
}

/** How far the processing of each of `paths` is: a list of {path, state, done, total, thumbnail, url, reason, message}. */
export async function states(paths) {
  const body = new URLSearchParams(paths.map((path) => ["path", path]));
  const answer = await request("POST", "/assets.states.json", { body });
  return (await answer.json()).states;
}

/** Direct binary upload, first step: where the bytes of `files` ({name, size}) go. */
export async function initiate(folder, files, signal) {
  const body = new URLSearchParams();
  for (const file of files) {
    body.append("fileName", file.name);
    body.append("fileSize", file.size);
  }
  const answer = await request("POST", `${href(folder)}.initiateUpload.json`, { body, signal });
  return answer.json();
}

/** Direct binary upload, last step. `fields` as the completeUpload servlet knows them. */
export async function complete(completeUri, fields) {
  await request("POST", completeUri, { body: new URLSearchParams(fields) });
}

/** A fragment of a page, and the sequence number it is of. */
export async function fragment(url, signal) {
  const answer = await request("GET", url, { signal, headers: { "HX-Request": "true" } });
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  const seq = Number(answer.headers.get("X-Seq") ?? 0);
  return { content: template.content, seq, total: answer.headers.get("X-Total"), more: answer.headers.get("X-More") === "true" };
}

/** The workers that are deployed in the I/O Runtime: a list of {url, title}. */
export async function deployedWorkers(url) {
  return (await (await request("GET", url)).json()).workers;
}

/** Whether a worker can be called at this endpoint: {state: ok, warning or problem, message}. */
export async function endpointFinding(url, endpoint) {
  return (await request("GET", `${url}?${new URLSearchParams({ url: endpoint })}`)).json();
}
