// The recorder's interface. Every refusal is a RepositoryError with the server's reason.
import { request } from "../repository.js";

const BASE = "/_aemulator";

const asked = async (path, signal) => (await request("GET", BASE + path, { signal })).json();

async function told(method, path, body, options = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await request(method, BASE + path, { ...options, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
}

/** `filters`: limit, before, q, state, path. */
export const flows = (filters = {}, signal = undefined) => asked(`/flows?${new URLSearchParams(filters)}`, signal);
export const flow = (id, signal) => asked(`/flows/${encodeURIComponent(id)}`, signal);
export const exchange = (id, signal) => asked(`/exchanges/${encodeURIComponent(id)}`, signal);
export const traffic = (since) => asked(`/traffic?${new URLSearchParams(since ? { since } : {})}`);
export const absences = (path) => asked(`/absences?${new URLSearchParams({ path })}`);

/** How many core worker processes this server has; null when it has none of its own, or nobody says. */
export const coreWorkers = async () => {
  const answer = await fetch(`${BASE}/health`, { headers: { Accept: "application/json" } }); // 503 has the same body
  return answer.ok || answer.status === 503 ? ((await answer.json()).parts?.["core-workers"]?.processes ?? null) : null;
};

export const gates = () => asked("/gates");
/** `scope`: `all`, a flow's id or `path:…`; `change`: any of mode, breakpoints, slow_seconds, expires_in; `options` of fetch. */
export const setGates = (scope, change, options = {}) => told("PUT", "/gates", { scope, ...change }, options);
/** Only what `change` names; the rest of the setting stays. */
export const changeGates = (scope, change) => told("PATCH", "/gates", { scope, ...change });
export const stepGate = (scope) => told("POST", "/gates/step", { scope });

export const faults = () => asked("/faults");
export const faultKinds = () => asked("/faults/kinds");
export const addFault = (fault) => told("POST", "/faults", fault);
export const changeFault = (id, change) => told("PUT", `/faults/${encodeURIComponent(id)}`, change);
export const removeFault = (id) => told("DELETE", `/faults/${encodeURIComponent(id)}`);
export const removeFaults = () => told("DELETE", "/faults");

export const archiveUrl = (id, ending) => `${BASE}/flows/${encodeURIComponent(id)}.${ending}`;
export const mermaid = async (id) => (await request("GET", archiveUrl(id, "mmd"))).text();
/** Opens a HAR file; resolves to the id of the read-only flow. */
export const openArchive = async (text) => {
  const answer = await request("POST", `${BASE}/flows/import`, { body: text, headers: { "Content-Type": "application/json" } });
  return (await answer.json()).id;
};
