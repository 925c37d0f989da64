// A recorded flow once more, slowly enough to follow: its exchanges in their order, long waits cut short.
const LONGEST_GAP = 400; // of the recorded milliseconds
const TARGET = 14_000; // milliseconds that a replay takes, at normal speed

/** Calls `reached(exchange)` for each exchange at its time, `finished()` at the end. `speed` is 1 for the normal one. */
export class Replay {
  constructor(exchanges, speed, { reached, finished }) {
    this.exchanges = [...exchanges].sort((a, b) => a.started - b.started);
    Object.assign(this, { speed, reached, finished, next: 0, timer: null });
    this.times = moments(this.exchanges);
  }

  get isRunning() {
    return this.timer !== null;
  }

  start() {
    if (this.next >= this.exchanges.length) this.next = 0;
    this.began = performance.now() - (this.times[this.next] ?? 0) / this.speed;
    this.tick();
  }

  /** From now on, also while it runs. */
  setSpeed(speed) {
    const done = (performance.now() - this.began) * this.speed;
    this.speed = speed;
    if (!this.isRunning) return;
    this.began = performance.now() - done / speed;
    clearTimeout(this.timer);
    this.tick();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  tick() {
    const now = (performance.now() - this.began) * this.speed;
    while (this.next < this.exchanges.length && this.times[this.next] <= now) {
      this.reached(this.exchanges[this.next]);
      this.next += 1;
    }
    if (this.next >= this.exchanges.length) {
      this.stop();
      this.finished();
      return;
    }
    this.timer = setTimeout(() => this.tick(), Math.max(16, (this.times[this.next] - now) / this.speed));
  }
}

function moments(exchanges) {
  const found = [];
  let at = 0;
  exchanges.forEach((one, index) => {
    if (index) at += Math.min(LONGEST_GAP, Math.max(1, one.started - exchanges[index - 1].started));
    found.push(at);
  });
  const scale = at ? TARGET / at : 1;
  return found.map((moment) => moment * Math.min(scale, 60));
}
