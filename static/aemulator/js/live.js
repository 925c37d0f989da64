// The doorbell. The socket says only {seq, topic: mark, …}: something is newer. Whoever shows something asks for it.
import { _ } from "./i18n.js";
import { checkSession, isStaying } from "./repository.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const SILENCE = 45_000; // the server says something at least every 20 s

/** The repository's tree; its marks are numbers that grow. Those of other topics are only other ones after a change. */
export const TREE = "seq";

let seq = 0;
const marks = new Map();
const eventOf = (topic) => (topic === TREE ? "live" : `live:${topic}`);

/** The newest mark that was heard of: the tree's sequence number, or undefined for a topic that was not heard of yet. */
export const latest = (topic = TREE) => (topic === TREE ? seq : marks.get(topic));

function heard(number) {
  if (number <= seq) return;
  seq = number;
  document.body.dispatchEvent(new CustomEvent("live", { detail: { seq } }));
}

function heardOf(topic, mark) {
  if (marks.get(topic) === mark) return;
  marks.set(topic, mark);
  document.body.dispatchEvent(new CustomEvent(eventOf(topic), { detail: { mark } }));
}

class LiveConnection extends HTMLElement {
  connectedCallback() {
    seq = Number(document.body.dataset.seq ?? 0);
    this.pause = FIRST_PAUSE;
    this.wasLost = false;
    this.onVisible = () => document.visibilityState === "visible" && this.state === "waiting" && this.open();
    addEventListener("online", () => this.open());
    document.addEventListener("visibilitychange", this.onVisible);
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/_aemulator/live`);
    this.greeted = false;
    this.socket.onmessage = (message) => this.receive(JSON.parse(message.data));
    this.socket.onclose = () => this.closed();
  }

  receive({ seq: number, ...others }) {
    this.greeted = true;
    this.pause = FIRST_PAUSE;
    this.show("live", _("Live"));
    this.watchSilence();
    if (this.wasLost && number < seq && !isStaying()) return location.reload(); // another repository: nothing here is true any more
    heard(number);
    for (const [topic, mark] of Object.entries(others)) heardOf(topic, mark);
    if (this.wasLost) document.body.dispatchEvent(new CustomEvent("live", { detail: { seq, caughtUp: true } }));
    this.wasLost = false;
    return null;
  }

  watchSilence() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket.close(), SILENCE);
  }

  closed() {
    clearTimeout(this.silence);
    this.wasLost = true;
    if (!this.greeted && navigator.onLine) checkSession();
    this.show("waiting", navigator.onLine ? _("Reconnecting") : _("Offline"));
    this.timer = setTimeout(() => this.open(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  show(state, words) {
    if (this.state === state && this.words === words) return;
    [this.state, this.words] = [state, words];
    this.dataset.state = state;
    this.querySelector(".word").textContent = words;
  }
}

/** Calls `refresh` when the doorbell rang for the topic, never twice at once, and at most every `interval` ms. */
export class Follower {
  constructor(refresh, interval = 250, topic = TREE) {
    Object.assign(this, { refresh, interval, event: eventOf(topic), running: false, wanted: false, stopped: true });
    this.ring = () => this.ask();
  }

  start() {
    this.stopped = false;
    document.body.addEventListener(this.event, this.ring);
  }

  stop() {
    this.stopped = true;
    document.body.removeEventListener(this.event, this.ring);
  }

  async ask() {
    this.wanted = true;
    if (this.running) return;
    this.running = true;
    while (this.wanted && !this.stopped) {
      this.wanted = false;
      await this.attempt();
      await new Promise((resolve) => setTimeout(resolve, this.interval));
    }
    this.running = false;
  }

  async attempt() {
    try {
      await this.refresh();
    } catch (error) {
      // What the network or the server refused is asked for again at the next ring; anything else is a fault of ours.
      if (error.status === undefined) console.error(error);
    }
  }
}

customElements.define("live-connection", LiveConnection);
