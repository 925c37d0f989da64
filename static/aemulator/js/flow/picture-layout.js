// Where boxes and arrows of the picture are, for a width in CSS pixels: the well-known picture, or from top to bottom. Pure.

/** Below this width the boxes stand under one another. */
export const NARROW = 640;
const RADIUS = 10;

const box = (x, y, w, h) => ({ x, y, w, h });
const arrow = (points, badge, label, anchor = "start") => ({ points, badge, label, anchor });

/** {height, narrow, boxes: {id: {x, y, w, h}}, arrows: {id: {points, badge, label: [x, y] | null, anchor}}} */
export const layout = (width) => (width < NARROW ? tall(width) : wide(width));

function wide(width) {
  const w = width - 2;
  const [a, b, c, d] = [[0, 0.19], [0.3, 0.25], [0.63, 0.2], [0.89, 0.11]].map(([x, part]) => ({ x: 1 + x * w, w: part * w, end: 1 + (x + part) * w }));
  const middle = 196;
  const boxes = {
    browser: box(a.x, 1, a.w, 92),
    blobstore: box(b.x, 1, c.end - b.x, 92),
    repository: box(a.x, middle, a.w, 158),
    compute: box(b.x, middle, b.w, 158),
    runtime: box(c.x, middle, c.w, 158),
    external: box(d.x, middle, d.w, 158),
    events: box(b.x, 440, c.end - b.x, 84),
  };
  const [low, top] = [middle + 158, 93];
  const between = (column, part) => column.x + column.w * part;
  const bend = a.end + (b.x - a.end) * 0.42;
  const up = (x) => [[x, middle], [x, top]];
  const down = (x) => [[x, top], [x, middle]];
  const arrows = {
    upload: arrow([[between(a, 0.36), top], [between(a, 0.36), middle]], [between(a, 0.36), 132], [between(a, 0.36) + 18, 128]),
    bytes: arrow([[a.end, 32], [b.x, 32]], [a.end + (b.x - a.end) / 2, 32], [a.end + (b.x - a.end) / 2, 14], "middle"),
    commit: arrow([[a.end, middle + 24], [bend, middle + 24], [bend, 72], [b.x, 72]], [bend, 140], [bend + 16, 144]),
    job: arrow([[a.end, middle + 96], [b.x, middle + 96]], [a.end + (b.x - a.end) / 2, middle + 96], [a.end + (b.x - a.end) / 2, middle + 78], "middle"),
    "job-id": arrow([[b.x, middle + 132], [a.end, middle + 132]], [a.end + (b.x - a.end) / 2, middle + 132], [a.end + (b.x - a.end) / 2, middle + 156], "middle"),
    run: arrow([[between(b, 0.5), middle + 104], [between(b, 0.5), middle + 78]], null, null),
    "run-custom": arrow([[b.end, middle + 118], [c.x, middle + 118]], null, [b.end + (c.x - b.end) / 2, middle + 110], "middle"),
    "read-core": arrow(down(between(b, 0.26)), [between(b, 0.26), 144], [between(b, 0.26) + 16, 148]),
    "write-core": arrow(up(between(b, 0.68)), [between(b, 0.68), 144], [between(b, 0.68) + 16, 148]),
    "read-custom": arrow(down(between(c, 0.24)), [between(c, 0.24), 144], [between(c, 0.24) + 16, 148]),
    "write-custom": arrow(up(between(c, 0.68)), [between(c, 0.68), 144], [between(c, 0.68) + 16, 148]),
    external: arrow([[c.end, middle + 60], [d.x, middle + 60]], null, null),
    "event-core": arrow([[between(b, 0.5), low], [between(b, 0.5), 440]], [between(b, 0.5), low + 43], [between(b, 0.5) + 16, low + 47]),
    "event-custom": arrow([[between(c, 0.5), low], [between(c, 0.5), 440]], [between(c, 0.5), low + 43], [between(c, 0.5) + 16, low + 47]),
    poll: arrow([[between(a, 0.5), low], [between(a, 0.5), 482], [b.x, 482]], [between(a, 0.5), 436], [between(a, 0.5) + 18, 472]),
  };
  return { width, height: 526, narrow: false, boxes, arrows };
}

function tall(width) {
  const [rail, right] = [38, width - 1];
  const blob = { x: right - Math.max(72, width * 0.24), w: Math.max(72, width * 0.24) };
  const w = blob.x - rail - Math.max(44, width * 0.17);
  const rows = { browser: 1, repository: 116, compute: 246, runtime: 400, events: 556 };
  const boxes = {
    browser: box(rail, rows.browser, w, 60),
    repository: box(rail, rows.repository, w, 78),
    compute: box(rail, rows.compute, w, 116),
    runtime: box(rail, rows.runtime, w, 106),
    blobstore: box(blob.x, 1, blob.w, 456),
    external: box(blob.x, 470, blob.w, 58),
    events: box(rail, rows.events, right - rail, 72),
  };
  const end = rail + w;
  const half = end + (blob.x - end) / 2;
  const across = (y, back = false) => (back ? [[blob.x, y], [end, y]] : [[end, y], [blob.x, y]]);
  const at = (part) => rail + w * part;
  const arrows = {
    bytes: arrow(across(31), [half, 31], null),
    upload: arrow([[at(0.3), 61], [at(0.3), 116]], [at(0.3), 88], [at(0.3) + 16, 92]),
    commit: arrow(across(155), [half, 155], null),
    job: arrow([[at(0.22), 194], [at(0.22), 246]], [at(0.22), 219], [at(0.22) + 15, 223]),
    "job-id": arrow([[at(0.68), 246], [at(0.68), 194]], [at(0.68), 219], [at(0.68) + 15, 223]),
    run: arrow([[at(0.5), 330], [at(0.5), 312]], null, null),
    "run-custom": arrow([[at(0.5), 362], [at(0.5), 400]], null, [at(0.5) + 8, 385]),
    "read-core": arrow(across(278, true), [half, 278], null),
    "write-core": arrow(across(306), [half, 306], null),
    "read-custom": arrow(across(420, true), [half, 420], null),
    "write-custom": arrow(across(446), [half, 446], null),
    external: arrow([[end, 496], [blob.x, 496]], null, null),
    "event-custom": arrow([[at(0.5), 506], [at(0.5), 556]], [at(0.5), 530], [at(0.5) + 16, 534]),
    "event-core": arrow([[rail, 340], [25, 340], [25, 576], [rail, 576]], [25, 450], null),
    poll: arrow([[rail, 172], [11, 172], [11, 606], [rail, 606]], [11, 222], null),
  };
  return { width, height: 630, narrow: true, boxes, arrows };
}

/** The path of a line through points, its corners rounded. */
export function pathOf(points) {
  const parts = [`M${points[0].join(" ")}`];
  for (let index = 1; index < points.length - 1; index += 1) {
    const corner = points[index];
    const [before, after] = [towards(corner, points[index - 1]), towards(corner, points[index + 1])];
    parts.push(`L${before.join(" ")}Q${corner.join(" ")} ${after.join(" ")}`);
  }
  return `${parts.join("")}L${points.at(-1).join(" ")}`;
}

function towards([x, y], [toX, toY]) {
  const length = Math.hypot(toX - x, toY - y);
  const part = Math.min(RADIUS, length / 2) / length;
  return [x + (toX - x) * part, y + (toY - y) * part];
}

/** The three corners of the head at the end of a line, as `points` of a polygon. */
export function headOf(points) {
  const [[fromX, fromY], [x, y]] = points.slice(-2);
  const length = Math.hypot(x - fromX, y - fromY);
  const [dx, dy] = [(x - fromX) / length, (y - fromY) / length];
  const [backX, backY] = [x - dx * 7, y - dy * 7];
  return [[x, y], [backX - dy * 4, backY + dx * 4], [backX + dy * 4, backY - dx * 4]].map((point) => point.join(",")).join(" ");
}
