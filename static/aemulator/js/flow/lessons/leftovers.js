// What lessons made, kept in this browser until it is taken away again: also after their tab was closed. Whoever runs a
// lesson holds a lock, which ends with the tab.
import { remove, request } from "../../repository.js";
import { removeFault, setGates } from "../api.js";

const KEY = "aemulator-lessons";
const lockOf = (run) => `aemulator-lesson:${run}`;

/** [{run, what, id}], oldest first. */
const all = () => JSON.parse(localStorage.getItem(KEY) ?? "[]");
const keep = (things) => localStorage.setItem(KEY, JSON.stringify(things));
const isSame = (one, other) => one.run === other.run && one.what === other.what && one.id === other.id;

const ways = {
  folder: (path) => remove(path),
  fault: (id) => removeFault(id),
  gate: (scope) => setGates(scope, { mode: "run", breakpoints: [] }),
  profile: (name) => request("DELETE", `/_aemulator/processing-profiles/${encodeURIComponent(name)}`),
};

export const note = (thing) => keep([...all(), thing]);

/** Takes things away, the last first, profiles after the folders that have them; throws the first refusal at the end. */
export async function takeAway(things) {
  const ordered = [...things].reverse().sort((a, b) => (a.what === "profile") - (b.what === "profile"));
  const failed = [];
  for (const thing of ordered) {
    try {
      await ways[thing.what](thing.id);
    } catch (error) {
      if (error.status !== 404) {
        failed.push(error);
        continue;
      }
    }
    keep(all().filter((other) => !isSame(thing, other)));
  }
  if (failed.length) throw failed[0];
}

/** Says that this tab runs a lesson, until the function that it returns is called. */
export function occupy(run) {
  let leave = () => {};
  const left = new Promise((resolve) => (leave = resolve));
  navigator.locks?.request(lockOf(run), () => left);
  return leave;
}

/** What runs made that no tab is at any more. Without locks (a page that is not from this machine) nobody can know. */
export async function leftovers() {
  if (!navigator.locks) return [];
  const held = new Set((await navigator.locks.query()).held.map(({ name }) => name));
  return all().filter(({ run }) => !held.has(lockOf(run)));
}
