// Spans as rows of a timeline, each below its parent. Pure.

/** [{span, depth, hasChildren, open}] in the order of time; what is below a closed span is left out. */
export function rows(spans, closed = new Set()) {
  const children = new Map();
  const known = new Set(spans.map((one) => one.id));
  for (const one of spans) {
    const parent = known.has(one.parent) ? one.parent : null;
    if (!children.has(parent)) children.set(parent, []);
    children.get(parent).push(one);
  }
  for (const list of children.values()) list.sort((a, b) => a.started - b.started);
  const found = [];
  const add = (parent, depth) => {
    for (const one of children.get(parent) ?? []) {
      const hasChildren = children.has(one.id);
      const open = !closed.has(one.id);
      found.push({ span: one, depth, hasChildren, open });
      if (hasChildren && open) add(one.id, depth + 1);
    }
  };
  add(null, 0);
  return found;
}

/** From the first start to the last end of all spans, in milliseconds of the epoch; `now` is the end of what still runs. */
export function extent(spans, now) {
  if (!spans.length) return { from: now, to: now + 1 };
  const from = Math.min(...spans.map((one) => one.started));
  const to = Math.max(...spans.map((one) => one.ended ?? now), from + 1);
  return { from, to };
}

/** Where something is on the track, in per cent. */
export function place({ started, ended }, { from, to }, now) {
  const length = to - from;
  const left = (100 * (started - from)) / length;
  return { left, width: Math.max(0, (100 * ((ended ?? now) - started)) / length) };
}

/** Round times for the axis: at most `count` of them, in milliseconds from the start. */
export function ticks(length, count) {
  const rough = length / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  return Array.from({ length: Math.floor(length / step) + 1 }, (unused, index) => index * step);
}
