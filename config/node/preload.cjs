'use strict';
// Sends Adobe's hard-coded hosts to AEMulator, in any Node program: NODE_OPTIONS="--require <this file>".
//
// The workers' and clients' own code stays as it is: requests by http, https (and so node-fetch, axios, request) and by
// the global fetch that name one of HOSTS go to AEMULATOR_URL instead, with the original Host header. Everything else
// passes untouched, and without AEMULATOR_URL everything does.

const http = require('node:http');
const https = require('node:https');
const { syncBuiltinESMExports } = require('node:module');

const HOSTS = [
  'asset-compute.adobe.io',
  'eg-ingress.adobe.io',
  'eg-ingress-stage.adobe.io',
  'eventsingress.adobe.io',
  'api.adobe.io',
  'events-va6.adobe.io',
  'csm.adobe.io',
  'ims-na1.adobelogin.com',
  'ims-na1-stg1.adobelogin.com',
  'adobeioruntime.net',
  '*.adobeioruntime.net',
  'devstoreaccount1.blob.core.windows.net',
];
const SENDER = 'x-aemulator-from';
const TLS_OPTIONS = ['agent', 'ca', 'cert', 'key', 'pfx', 'servername', 'rejectUnauthorized', 'checkServerIdentity'];

const request = { 'http:': http.request, 'https:': https.request };

function isAdobes(hostname) {
  const name = String(hostname || '').toLowerCase();
  return HOSTS.some((host) => (host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host));
}

// Where requests go instead, read at each request: a program may set its environment after this file was loaded.
function here() {
  try {
    return new URL(process.env.AEMULATOR_URL);
  } catch {
    return null;
  }
}

function fromUrl(url) {
  const { protocol, hostname, port, pathname, search, username, password } = url;
  const options = { protocol, hostname, path: `${pathname}${search}` };
  if (port !== '') options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

// The three ways to call http.request, as one: (url[, options][, callback]) and (options[, callback]).
function normalized(args, protocol) {
  const [first, ...rest] = args;
  const isUrl = typeof first === 'string' || first instanceof URL;
  const base = isUrl ? fromUrl(new URL(String(first))) : { protocol, ...first };
  const more = isUrl && rest[0] && typeof rest[0] === 'object' ? rest[0] : {};
  return { options: { ...base, ...more }, callback: args.find((arg) => typeof arg === 'function') };
}

function hostOf(options) {
  return String(options.hostname || String(options.host || '').replace(/:\d+$/, ''));
}

function withHost(headers, host) {
  if (Array.isArray(headers)) {
    const names = headers.flat().map((name) => String(name).toLowerCase());
    if (names.includes('host')) return headers;
    return Array.isArray(headers[0]) ? [...headers, ['Host', host]] : [...headers, 'Host', host];
  }
  const named = Object.keys(headers || {}).some((name) => name.toLowerCase() === 'host');
  return named ? headers : { ...headers, Host: host };
}

function redirected(options, url) {
  const target = { ...options, ...fromUrl(url), path: options.path || '/' };
  for (const name of ['host', 'port', 'defaultPort', 'href', 'origin', 'socketPath', ...TLS_OPTIONS]) delete target[name];
  if (url.port !== '') target.port = Number(url.port);
  if (options.agent === false) target.agent = false;
  target.headers = withHost(options.headers, hostOf(options));
  return target;
}

// A deployed action says which of its activations sends a request: read by the recorder of exchanges.
function withSender(headers) {
  const sender = process.env.AEMULATOR_FROM;
  if (!sender) return headers;
  if (!Array.isArray(headers)) return { ...headers, [SENDER]: sender };
  return Array.isArray(headers[0]) ? [...headers, [SENDER, sender]] : [...headers, SENDER, sender];
}

// Whether a request goes to AEMulator by its own address.
function isHere(options, protocol) {
  const port = options.port || options.defaultPort || String(options.host || '').match(/:(\d+)$/)?.[1];
  return origins().some((url) => {
    const wanted = url.port || (url.protocol === 'https:' ? 443 : 80);
    const asked = port || (protocol === 'https:' ? 443 : 80);
    return url.protocol === protocol && Number(wanted) === Number(asked) && isSameHost(hostOf(options), url.hostname);
  });
}

function origins() {
  return [process.env.AEMULATOR_URL, process.env.AEMULATOR_HTTPS_URL].filter((url) => URL.canParse(url)).map((url) => new URL(url));
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1', '[::1]'];

function isSameHost(one, other) {
  return one === other || (LOOPBACK.includes(one) && LOOPBACK.includes(other));
}

function patched(original, protocol) {
  return function (...args) {
    const url = here();
    if (!url) return original.apply(this, args);
    let call;
    try {
      call = normalized(args, protocol);
    } catch {
      return original.apply(this, args); // a malformed URL: Node's own error is the right one
    }
    if (isAdobes(hostOf(call.options))) {
      const target = redirected(call.options, url);
      return request[url.protocol].call(this, { ...target, headers: withSender(target.headers) }, call.callback);
    }
    if (!process.env.AEMULATOR_FROM || !isHere(call.options, protocol)) return original.apply(this, args);
    return original.call(this, { ...call.options, headers: withSender(call.options.headers) }, call.callback);
  };
}

function getting(requestOf) {
  return function (...args) {
    const sent = requestOf.apply(this, args);
    sent.end();
    return sent;
  };
}

function patchFetch() {
  const original = globalThis.fetch;
  if (typeof original !== 'function') return;
  globalThis.fetch = function fetch(input, init) {
    const url = here();
    const asked = url && asUrl(input);
    if (!asked) return original.call(this, input, init);
    if (!isAdobes(asked.hostname)) {
      if (!process.env.AEMULATOR_FROM || !isHere(fromUrl(asked), asked.protocol)) return original.call(this, input, init);
      const given = init?.headers ?? (input instanceof Request ? input.headers : undefined);
      return original.call(this, input, { ...init, headers: signed(new Headers(given)) });
    }
    const target = new URL(`${asked.pathname}${asked.search}`, url);
    if (!(input instanceof Request)) return original.call(this, target, { ...init, headers: forwarded(init?.headers, asked) });
    const sent = new Request(input, init);
    return original.call(this, target, { ...parts(sent), headers: forwarded(sent.headers, asked) });
  };
}

// fetch sets the Host header itself and ignores any other: the name that was asked for goes beside it.
function forwarded(given, asked) {
  const headers = new Headers(given);
  headers.set('x-forwarded-host', asked.host);
  return signed(headers);
}

function signed(headers) {
  if (process.env.AEMULATOR_FROM) headers.set(SENDER, process.env.AEMULATOR_FROM);
  return headers;
}

function asUrl(input) {
  try {
    return new URL(typeof input === 'object' && 'url' in input ? input.url : String(input));
  } catch {
    return null;
  }
}

function parts(sent) {
  const { method, redirect, signal, body } = sent;
  return body ? { method, redirect, signal, body, duplex: 'half' } : { method, redirect, signal };
}

http.request = patched(request['http:'], 'http:');
https.request = patched(request['https:'], 'https:');
http.get = getting(http.request);
https.get = getting(https.request);
patchFetch();
syncBuiltinESMExports();
