// The system as people draw it: boxes, arrows, the seven steps, and which arrow an exchange travels along. Pure.
import { _ } from "../i18n.js";

export const STEP_NUMBERS = [1, 2, 3, 4, 5, 6, 7];

/** Of each step: what happens, what real AEM does there, and the name of Adobe's page about it. */
export const steps = () => [
  {
    title: _("Upload"),
    sentence: _("The browser asks AEM where the bytes go, sends them to the blob storage directly, and tells AEM when they are there."),
    real: _("AEM as a Cloud Service never takes the bytes itself: it hands out signed URLs of Azure Blob storage, valid for a short time."),
    page: _("Assets developer use cases, APIs, and reference material"),
  },
  {
    title: _("Job sent"),
    sentence: _("AEM sends one processing job: a signed URL to read the original, and for each rendition signed URLs to write it."),
    real: _("The default renditions and those of the folder’s processing profile are asked for together; nobody waits for them."),
    page: _("Use asset microservices and Processing Profiles"),
  },
  {
    title: _("Job id back"),
    sentence: _("Asset Compute answers at once with a job id. The work itself has not begun."),
    real: _("A client keeps the requestId: it is the only thing that later ties an event to what was asked for."),
    page: _("Asset Compute Service HTTP API"),
  },
  {
    title: _("Worker reads"),
    sentence: _("A worker fetches the original from the blob storage by its signed URL."),
    real: _("Core workers are Adobe’s; a custom worker is your own code on I/O Runtime, called for the renditions that name it."),
    page: _("Understand the working of a custom application"),
  },
  {
    title: _("Worker writes"),
    sentence: _("The worker makes the rendition and writes its blocks to the blob storage by the signed URLs of the job."),
    real: _("Workers have no password of AEM and never talk to it: a signed URL is all that they are given."),
    page: _("Understand the working of a custom application"),
  },
  {
    title: _("Event"),
    sentence: _("For each rendition one event, created or failed, goes to I/O Events and becomes the next entry of the journal."),
    real: _("Events are delivered at least once and stay in the journal for days, so that a client that was away misses none."),
    page: _("Asset Compute Service HTTP API"),
  },
  {
    title: _("Poll and attach"),
    sentence: _("AEM reads the journal after its cursor, commits the blocks, and attaches the rendition to the asset."),
    real: _("Nobody calls AEM back: it polls the journal, and a rendition appears when its event has been read."),
    page: _("Adobe I/O Events Journaling API"),
  },
];

export const partyNames = () => ({
  browser: _("Browser"), client: _("Client"), repository: _("AEM Assets"), blobstore: _("Azure Blob storage"), compute: _("Asset Compute"),
  "core-worker": _("Core worker"), runtime: _("I/O Runtime"), "custom-worker": _("Custom worker"), events: _("I/O Events"),
  identity: _("Adobe IMS"), external: _("Third-party service"),
});

const BOX_OF = { client: "browser", "core-worker": "compute", "custom-worker": "runtime" };

/** The box of the picture that a party stands in; undefined for those that it has no box for. */
export const boxOf = (party) => (party === "identity" ? undefined : (BOX_OF[party] ?? party));

/** Steps that each arrow of the picture belongs to. */
export const ARROWS = {
  upload: [1], bytes: [1], job: [2], "job-id": [3], run: [4], "run-custom": [4], "read-core": [4], "read-custom": [4],
  external: [5], "write-core": [5], "write-custom": [5], "event-core": [6], "event-custom": [6], poll: [7], commit: [7],
};

const FIXED = {
  "browser-repository": "upload", "browser-blobstore": "bytes", "repository-compute": "job", "compute-repository": "job-id",
  "compute-core-worker": "run", "compute-custom-worker": "run-custom", "compute-runtime": "run-custom", "runtime-custom-worker": "run-custom",
  "custom-worker-external": "external", "runtime-external": "external", "compute-events": "event-core", "core-worker-events": "event-core",
  "custom-worker-events": "event-custom", "runtime-events": "event-custom", "repository-events": "poll", "repository-blobstore": "commit",
};
const READS = new Set(["GET", "HEAD"]);
const WORKERS = { "core-worker": "core", compute: "core", "custom-worker": "custom", runtime: "custom" };

/** The arrow that an exchange travels along, undefined when the picture has none. `from`, `to` are parties. */
export function arrowOf({ from, to, method = "GET" }) {
  const party = from === "client" ? "browser" : from;
  if (to === "blobstore" && WORKERS[party]) return `${READS.has(method) ? "read" : "write"}-${WORKERS[party]}`;
  return FIXED[`${party}-${to}`];
}

export const arrowsOfStep = (n) => Object.keys(ARROWS).filter((arrow) => ARROWS[arrow].includes(n));

/** Who sent an exchange, and who answers it, for people. */
export const senderOf = (one) => one.from_name || (partyNames()[one.from] ?? one.from);
export const receiverOf = (one) => one.to_name || (partyNames()[one.to] ?? one.to);

/** What happens in an exchange: "AEM Assets sends the processing job". */
export const sentenceOf = (one) => (one.summary ? `${senderOf(one)} ${one.summary}` : `${senderOf(one)} → ${receiverOf(one)}`);

/** `package/action` of a worker's URL. */
export const nameOfWorker = (worker) => worker.split("?")[0].split("/").filter(Boolean).slice(-2).join("/");
