// What a lesson may do: pictures, folders, gates, faults, profiles of its own; all of it is taken away again at the end.
import { _, fill } from "../../i18n.js";
import { complete, createFolder, initiate, reprocess, request, setProperties } from "../../repository.js";
import { Slots, sendParts } from "../../upload-transfer.js";
import { absences, addFault, faultKinds, flow, flows, gates, setGates, stepGate } from "../api.js";
import { note, occupy, takeAway } from "./leftovers.js";

const ROOT = "/content/dam/lessons";
const LOOK_EVERY = 300; // milliseconds; the doorbell is quicker when it rings
const PATIENCE = 90_000;
const HOLD = { mode: "pause", expires_in: 300 }; // a tab that goes without a word holds nothing for longer
const RENEW_EVERY = 60_000;

export class LessonError extends Error {}

export class Stage {
  /** `seen(detail)` is called with each new state of the flow that the lesson follows. */
  constructor(name, seen) {
    Object.assign(this, { name, seen, things: [], flowId: null, detail: null, stopped: false });
    this.run = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    this.leave = occupy(this.run);
  }

  /** Remembers what has to be taken away. */
  keep(what, id) {
    const thing = { run: this.run, what, id };
    this.things.push(thing);
    note(thing);
  }

  /** A folder of this run alone. */
  async open() {
    await createFolder(ROOT, _("Lessons"));
    const stamp = Date.now().toString(36);
    this.folder = await this.addFolder(`${this.name}-${stamp}`);
    return this.folder;
  }

  async addFolder(name) {
    const path = `${ROOT}/${name}`;
    await createFolder(path, name);
    this.keep("folder", path);
    return path;
  }

  /** Uploads as any browser does; resolves to the path of the asset. Nobody waits for its renditions. */
  async upload(file, folder = this.folder) {
    const begun = await initiate(folder, [file]);
    const [ticket] = begun.files;
    const never = new AbortController().signal;
    await sendParts(file, ticket, new Slots(2), never, () => {});
    await complete(begun.completeURI, { fileName: file.name, mimeType: ticket.mimeType, uploadToken: ticket.uploadToken, fileSize: file.size });
    this.path = `${folder}/${file.name}`;
    return this.path;
  }

  /** Follows the newest flow of an asset from now on, that after `after` if it is given. */
  async follow(path = this.path, after = null) {
    this.detail = null;
    this.flowId = await this.until(async () => {
      const found = (await flows({ path, limit: 20 })).flows.find((one) => one.kind !== "opened");
      return found && found.id !== after ? found.id : null;
    });
    await this.look();
    return this.flowId;
  }

  async look() {
    if (!this.flowId) return null;
    this.detail = await flow(this.flowId);
    this.seen(this.detail);
    return this.detail;
  }

  /** Waits until `condition(detail)` holds for the flow that is followed. */
  async when(condition, patience = PATIENCE) {
    return this.until(async () => ((await this.look()) && condition(this.detail) ? this.detail : null), patience);
  }

  finished() {
    return this.when(({ flow: { state } }) => state === "done" || state === "failed");
  }

  async until(ask, patience = PATIENCE) {
    const end = performance.now() + patience;
    while (performance.now() < end) {
      if (this.stopped) throw new DOMException("", "AbortError");
      const found = await ask();
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
    throw new LessonError(_("What the lesson waited for has not happened. Look whether every service is well, then start it again."));
  }

  /** Pauses everything in the folder before each step. */
  async hold() {
    this.scope = `path:${this.folder}`;
    await setGates(this.scope, HOLD);
    this.renewing = setInterval(() => setGates(this.scope, HOLD).catch(() => {}), RENEW_EVERY);
    this.keep("gate", this.scope);
  }

  async release(options = {}) {
    if (!this.scope) return;
    const { scope } = this;
    this.scope = null;
    clearInterval(this.renewing);
    await setGates(scope, { mode: "run", breakpoints: [] }, options);
  }

  /** Lets what is held go on until step `n` has been reached. */
  async advanceTo(n) {
    return this.until(async () => {
      const detail = await this.look();
      if (!detail) return null;
      const step = detail.steps[n - 1];
      if (step.state !== "waiting" && step.state !== "held") return detail;
      const { held } = await gates();
      if (held.some((one) => one.step <= n && one.path?.startsWith(`${this.folder}/`))) await stepGate(this.scope);
      return null;
    });
  }

  /** Switches a fault on, for this folder only. */
  async fault(kind, { parameters = {}, match = {}, ...more }) {
    const known = (await faultKinds()).kinds.find((one) => one.kind === kind);
    if (!known) throw new LessonError(fill(_("This server has no fault “%(kind)s”."), { kind }));
    const made = await addFault({ kind, enabled: true, match: { path: this.folder, ...match }, probability: 1, times: null, parameters, ...more });
    this.keep("fault", made.id);
    return made;
  }

  /** A processing profile; resolves to {name, path, body}. */
  async profile(body) {
    const answer = await send("POST", "/_aemulator/processing-profiles", body);
    const made = await answer.json();
    const name = made.name ?? made.path.split("/").at(-1);
    this.keep("profile", name);
    return { ...made, name };
  }

  changeProfile(name, body) {
    return send("PUT", `/_aemulator/processing-profiles/${encodeURIComponent(name)}`, body);
  }

  apply(profilePath, folder = this.folder) {
    return setProperties(folder, { "jcr:content/processingProfile": profilePath });
  }

  reprocess(path = this.path) {
    return reprocess([path]);
  }

  async absences(path = this.path) {
    return (await absences(path)).absences;
  }

  /** Takes away everything that the lesson made, the last first; tells what could not be. */
  async cleanUp() {
    this.stopped = true;
    await this.release();
    await takeAway(this.things);
    this.things = [];
    this.leave();
  }
}

function send(method, url, body) {
  const headers = { "Content-Type": "application/json" };
  return request(method, url, { headers, body: body === undefined ? undefined : JSON.stringify(body) });
}
