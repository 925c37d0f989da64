'use strict';
// Runs one action, one activation at a time, told by AEMulator through a socket: JSON lines.
//
//   in   {"load": {"file", "main"}}                              once
//        {"run": {"params", "environment", "mark"}}              again and again
//   out  {"loaded": [files]} or {"broken": message}
//        {"result": object, "error": "" | "developer", "files": [files]}
//        {"exchange": {…}}                                    at any time, see exchanges.cjs
//
// What the action writes goes to stdout and stderr; `mark` on a line of its own in both ends an activation's part.

const net = require('node:net');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const write = { stdout: process.stdout.write.bind(process.stdout), stderr: process.stderr.write.bind(process.stderr) };
const channel = new net.Socket({ fd: Number(process.env.AEMULATOR_RUNNER_FD), readable: true, writable: true });
delete process.env.AEMULATOR_RUNNER_FD;
let main;

require('./exchanges.cjs')((exchange) => send({ exchange }));

function send(message) {
  channel.write(`${JSON.stringify(message)}\n`);
}

// The action's own files: a change of one makes the process old.
function ownFiles() {
  const inPackage = `${path.sep}node_modules${path.sep}`;
  return Object.keys(require.cache).filter((file) => file !== __filename && !file.includes(inPackage));
}

async function moduleOf(file) {
  try {
    return require(file);
  } catch (error) {
    const isModule = error.code === 'ERR_REQUIRE_ESM' || error.code === 'ERR_REQUIRE_ASYNC_MODULE' || isImport(error);
    if (!isModule) throw error;
    return import(pathToFileURL(file).href);
  }
}

function isImport(error) {
  return error instanceof SyntaxError && /import statement outside|Unexpected token 'export'|import\.meta/.test(error.message);
}

async function load({ file, main: name }) {
  let loaded;
  try {
    loaded = await moduleOf(file);
  } catch (error) {
    console.error(error);
    send({ broken: `Initialization has failed due to: ${error}` });
    return;
  }
  main = loaded[name] ?? loaded.default?.[name];
  if (typeof main === 'function') send({ loaded: ownFiles() });
  else send({ broken: `Initialization has failed due to: ${file} exports no function "${name}"` });
}

function serialized(error) {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  return { name, message, stack, ...error };
}

async function outcomeOf(params) {
  let returned;
  try {
    returned = main(params);
  } catch (error) {
    console.error(error);
    return { error: 'developer', result: { error: `An error has occurred: ${error}` } };
  }
  try {
    const result = (await returned) ?? {};
    if (typeof result === 'object') return { error: '', result };
    return { error: 'developer', result: { error: 'The action did not return a dictionary or array.' } };
  } catch (error) {
    return { error: '', result: { error: error ? serialized(error) : {} } };
  }
}

function flushed(stream, mark) {
  return new Promise((done) => write[stream](`\n${mark}\n`, done));
}

async function run({ params, environment, mark }) {
  Object.assign(process.env, environment);
  const outcome = await outcomeOf(params);
  await Promise.all([flushed('stdout', mark), flushed('stderr', mark)]);
  try {
    send({ ...outcome, files: ownFiles() });
  } catch (error) {
    send({ error: 'developer', result: { error: `An error has occurred: ${error}` }, files: ownFiles() });
  }
}

let text = '';
channel.setEncoding('utf8');
channel.on('data', (chunk) => {
  text += chunk;
  const lines = text.split('\n');
  text = lines.pop();
  for (const line of lines) {
    const message = JSON.parse(line);
    if (message.load) load(message.load);
    else if (message.run) run(message.run);
  }
});
// The server is gone, or wants this process gone.
channel.on('close', () => process.exit(0));
channel.on('error', () => process.exit(0));
