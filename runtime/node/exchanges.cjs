'use strict';
// What an action asks of servers other than AEMulator, which cannot see that itself: method, URL, times, status and
// headers of each request by http, https or fetch, from Node's own diagnostics channels. Bodies are the action's.

const { subscribe } = require('node:diagnostics_channel');

const OURS = 'x-aemulator-from'; // the preload file puts it on whatever goes to AEMulator
const MAX_HEADERS = 50;

const now = () => Date.now() / 1000;

function sizeOf(headers) {
  const length = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-length');
  return Number(length?.[1]) || 0;
}

// Node has headers as an object, undici as a list or, in old versions, as a text of lines.
function headersOf(given) {
  let pairs = [];
  if (typeof given === 'string') {
    pairs = given.split('\r\n').filter(Boolean).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
  } else if (Array.isArray(given)) {
    for (let i = 0; i + 1 < given.length; i += 2) pairs.push([given[i], given[i + 1]]);
  } else {
    pairs = Object.entries(given ?? {});
  }
  return Object.fromEntries(pairs.slice(0, MAX_HEADERS).map(([name, value]) => [String(name).toLowerCase(), String(value)]));
}

module.exports = function tellExchanges(tell) {
  const under = new WeakMap();

  function begin(request, url, method, headers) {
    const sent = headersOf(headers);
    if (OURS in sent || !URL.canParse(url)) return;
    const activation = process.env.__OW_ACTIVATION_ID ?? '';
    under.set(request, { activation, url, method, started: now(), request_headers: sent });
  }

  function answered(request, status, headers) {
    const seen = under.get(request);
    if (seen) Object.assign(seen, { first_byte: now(), status, response_headers: headersOf(headers) });
  }

  function end(request, error) {
    const seen = under.get(request);
    if (!seen) return;
    under.delete(request);
    const sizes = [sizeOf(seen.request_headers), sizeOf(seen.response_headers ?? {})];
    tell({ ...seen, ended: now(), sizes, error: error ? String(error.message || error.code || error) : '' });
  }

  subscribe('http.client.request.start', ({ request }) => {
    begin(request, `${request.protocol}//${request.getHeader('host')}${request.path}`, request.method, request.getHeaders());
    request.once('response', (response) => answered(request, response.statusCode, response.headers));
    request.once('error', (error) => end(request, error));
    request.once('close', () => end(request));
  });
  subscribe('undici:request:create', ({ request }) => {
    begin(request, `${request.origin}${request.path}`, request.method, request.headers);
  });
  subscribe('undici:request:headers', ({ request, response }) => answered(request, response.statusCode, response.headers));
  subscribe('undici:request:trailers', ({ request }) => end(request));
  subscribe('undici:request:error', ({ request, error }) => end(request, error));
};
