import { _, fill } from "./i18n.js";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Bytes as people read them: 999 B, 1.4 MB, 23 GB (powers of 1000, as the server writes them). */
export function bytes(size) {
  let power = 0;
  let number = size;
  while (Math.round(number) >= 1000 && power < UNITS.length - 1) {
    number /= 1000;
    power += 1;
  }
  const digits = power && number < 10 ? 1 : 0;
  return `${number.toFixed(digits)} ${UNITS[power]}`;
}

/** A rough time to wait: "8 s", "3 min". */
export function duration(seconds) {
  if (seconds < 90) return fill(_("%(n)s s"), { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return fill(_("%(n)s min"), { n: Math.round(seconds / 60) });
  return fill(_("%(n)s h"), { n: (seconds / 3600).toFixed(1) });
}

const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];

/** "3 minutes ago", "just now". */
export function ago(moment, now = new Date()) {
  let amount = (moment - now) / 1000;
  if (Math.abs(amount) < 10) return _("just now");
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(Math.round(amount)) < size) return words.format(Math.round(amount), unit);
    amount /= size;
  }
  return moment.toISOString();
}
