// Every upload of this page: waiting → uploading → processing → ready, or failed, or cancelled; paused on the way.
import { _, fill } from "./i18n.js";
import { Follower } from "./live.js";
import { complete, initiate, states } from "./repository.js";
import { Slots, sendParts } from "./upload-transfer.js";
import { join } from "./paths.js";

const FILES_AT_ONCE = 4;
const PARTS_AT_ONCE = 4; // browsers open six connections to a host; two stay free for the page
const BATCH = 25; // files in one initiate
const TICKET_LIFE = 20 * 60_000; // shorter than the server's upload tokens live
const WATCHED_AT_ONCE = 100;

export class Upload {
  constructor(file, folder, name, policy) {
    Object.assign(this, { file, folder, name, policy, state: "waiting", sent: 0, done: 0, total: 0, failed: 0, reason: "", ticket: null, parts: new Set() });
  }

  get path() {
    return join(this.folder, this.name);
  }

  get isActive() {
    return ["waiting", "uploading", "completing", "paused"].includes(this.state);
  }

  /** The last step cannot be called back. */
  get canCancel() {
    return ["waiting", "uploading", "paused"].includes(this.state);
  }

  get canPause() {
    return ["waiting", "uploading"].includes(this.state);
  }

  get canRetry() {
    return this.state === "cancelled" || (this.state === "failed" && !this.stored);
  }
}

export class UploadQueue extends EventTarget {
  constructor() {
    super();
    this.uploads = [];
    this.running = 0;
    this.paused = false;
    this.slots = new Slots(PARTS_AT_ONCE);
    this.follower = new Follower(() => this.watch(), 200);
    this.follower.start();
  }

  add(uploads) {
    this.uploads.push(...uploads);
    this.dispatchEvent(new Event("added"));
    this.pump();
  }

  cancel(upload) {
    if (!upload.canCancel) return;
    upload.abort?.abort();
    this.change(upload, { state: "cancelled", reason: _("Cancelled") });
  }

  retry(upload) {
    if (!upload.canRetry) return;
    this.change(upload, { state: "waiting", sent: 0, reason: "", ticket: null });
    this.pump();
  }

  retryAll() {
    for (const upload of this.uploads) if (upload.state === "failed") this.retry(upload);
  }

  /** Stops one file; the parts that are there stay, and only the others are sent when it goes on. */
  hold(upload) {
    if (!upload.canPause) return;
    this.stop(upload, "paused");
    this.pump();
  }

  goOn(upload) {
    if (upload.state !== "paused") return;
    this.change(upload, { state: "waiting" });
    this.pump();
  }

  pause() {
    this.paused = true;
    for (const upload of this.uploads.filter((one) => one.state === "uploading")) this.stop(upload, "waiting");
  }

  stop(upload, state) {
    if (upload.state === "uploading") upload.abort.abort();
    this.change(upload, { state });
  }

  resume() {
    this.paused = false;
    this.pump();
  }

  clear() {
    this.uploads = this.uploads.filter((upload) => upload.isActive || upload.state === "processing");
  }

  change(upload, values) {
    Object.assign(upload, values);
    this.dispatchEvent(new CustomEvent("changed", { detail: upload }));
  }

  pump() {
    while (!this.paused && this.running < FILES_AT_ONCE) {
      const next = this.uploads.find((upload) => upload.state === "waiting");
      if (!next) return;
      this.run(next);
    }
  }

  async run(upload) {
    this.running += 1;
    const abort = new AbortController();
    this.change(upload, { state: "uploading", abort });
    try {
      await this.transfer(upload, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) this.change(upload, { state: "failed", reason: error.message, ticket: null });
    }
    this.running -= 1;
    this.pump();
  }

  async transfer(upload, signal) {
    const ticket = await this.ticketFor(upload);
    signal.throwIfAborted();
    const started = performance.now();
    await sendParts(upload.file, ticket, this.slots, signal, (sent) => signal.aborted || this.change(upload, { sent }), upload.parts);
    signal.throwIfAborted();
    this.change(upload, { state: "completing", sent: upload.file.size });
    await complete(ticket.completeURI, fieldsOf(upload, ticket, performance.now() - started));
    this.change(upload, { state: "processing", stored: true });
    this.follower.ask();
  }

  // One request asks for the URLs of a whole batch; those that come after find theirs here.
  async ticketFor(upload) {
    if (!upload.ticket || Date.now() - upload.asked > TICKET_LIFE) this.ask(upload);
    const { answer, index } = await upload.ticket;
    const file = answer.files?.[index];
    if (!file || !answer.completeURI) throw new Error(_("The server offers no direct binary upload."));
    return { ...file, completeURI: answer.completeURI };
  }

  ask(upload) {
    const alike = (other) => other.state === "waiting" && !other.ticket && other.folder === upload.folder;
    const batch = [upload, ...this.uploads.filter(alike).slice(0, BATCH - 1)];
    const answer = initiate(upload.folder, batch.map((one) => ({ name: one.name, size: one.file.size })));
    batch.forEach((one, index) => {
      one.ticket = answer.then((found) => ({ answer: found, index }));
      one.ticket.catch(() => (one.ticket = null)); // the next in the batch asks anew
      one.asked = Date.now();
      one.parts = new Set(); // of the URLs before
    });
  }

  /** How far the processing of what is uploaded has come; asked when the doorbell rings. */
  async watch() {
    const watched = this.uploads.filter((upload) => upload.state === "processing").slice(0, WATCHED_AT_ONCE);
    if (!watched.length) return;
    const found = new Map((await states(watched.map((upload) => upload.path))).map((state) => [state.path, state]));
    for (const upload of watched) this.heard(upload, found.get(upload.path));
    if (watched.length === WATCHED_AT_ONCE) this.follower.wanted = true;
  }

  heard(upload, found) {
    if (!found) return this.change(upload, { state: "failed", reason: _("The asset was deleted or moved while it was processed.") });
    const { done, total, failed, url, thumbnail } = found;
    const known = { done, total, failed, url, thumbnail };
    if (found.state === "processing") return this.change(upload, known);
    if (found.state === "failed") return this.change(upload, { ...known, state: "failed", reason: failureOf(found) });
    return this.change(upload, { ...known, state: "ready" });
  }
}

const failureOf = (state) => (state.message ? fill(_("%(reason)s: %(message)s"), state) : state.reason);

function fieldsOf(upload, ticket, duration) {
  return {
    fileName: upload.name,
    fileSize: upload.file.size,
    mimeType: ticket.mimeType ?? "application/octet-stream",
    uploadToken: ticket.uploadToken,
    createVersion: upload.policy === "version",
    replace: upload.policy === "replace",
    uploadDuration: Math.round(duration),
  };
}

/** One queue for the page's life: it outlives the pages that are swapped in and out. */
export const queue = new UploadQueue();
