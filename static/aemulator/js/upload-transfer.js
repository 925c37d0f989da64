// The bytes of one file on their way to the blob storage: parallel PUTs of its parts to the signed URLs.
import { _, fill } from "./i18n.js";

const ATTEMPTS = 4;
const FIRST_PAUSE = 500;

/** At most `size` things at once, first come first served. */
export class Slots {
  constructor(size) {
    this.free = size;
    this.waiting = [];
  }

  async use(work) {
    if (this.free > 0) this.free -= 1;
    else await new Promise((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

/** Where the file is cut: as Adobe's aem-upload does, from the number of URLs and the smallest part. */
export function partsOf(size, { uploadURIs, minPartSize, maxPartSize }) {
  const length = Math.max(Math.ceil(size / uploadURIs.length), minPartSize, 1);
  if (length > maxPartSize) throw new Error(_("The file is larger than the server has room for."));
  const count = Math.ceil(size / length); // none for an empty file: a blob storage takes no empty block
  return Array.from({ length: count }, (_unused, index) => ({
    url: uploadURIs[index], start: index * length, end: Math.min(size, (index + 1) * length),
  }));
}

/**
 * Sends every part but those in `done`, a Set of indexes to which those that arrive are added, so that a transfer that was
 * stopped goes on where it was. `progress(bytes)` hears how many bytes are there in all. Rejects with AbortError on `signal`.
 */
export async function sendParts(file, ticket, slots, signal, progress, done = new Set()) {
  const parts = partsOf(file.size, ticket);
  const sent = parts.map(({ start, end }, index) => (done.has(index) ? end - start : 0));
  const report = (index) => (loaded) => {
    sent[index] = loaded;
    progress(sent.reduce((sum, one) => sum + one, 0));
  };
  const type = ticket.mimeType || "application/octet-stream";
  const send = async (part, index) => {
    await persist(file, part, type, signal, report(index));
    done.add(index);
  };
  await Promise.all(parts.map((part, index) => done.has(index) || slots.use(() => send(part, index))));
}

async function persist(file, part, type, signal, progress) {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await put(part.url, file.slice(part.start, part.end), type, signal, progress);
    } catch (error) {
      if (error.name === "AbortError" || error.final || attempt === ATTEMPTS) throw error;
      progress(0);
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE * 2 ** attempt));
    }
  }
}

// XMLHttpRequest, because fetch tells nothing of bytes on their way up.
function put(url, body, type, signal, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener("abort", abort, { once: true });
    request.open("PUT", url);
    request.setRequestHeader("Content-Type", type);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => (request.status < 300 ? (progress(body.size), resolve()) : reject(refusal(request)));
    request.onerror = () => reject(new Error(_("The connection to the blob storage broke.")));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", abort);
    request.send(body);
  });
}

function refusal(request) {
  const code = request.getResponseHeader("x-ms-error-code") ?? request.responseText.match(/<Code>(\w+)</)?.[1];
  const text = code ? `${request.status} ${code}` : `${request.status}`;
  const error = new Error(fill(_("The blob storage refused the bytes: %(answer)s."), { answer: text }));
  error.final = request.status < 500; // the same bytes to the same URL would be refused again
  return error;
}
