'use strict';
// The server of asset-compute-devtool, and what its page asks of it. argv: port, file to process, renditions as JSON.
const fs = require('node:fs');
const path = require('node:path');

const [port, file, renditions] = process.argv.slice(2);
const home = path.dirname(require.resolve('@adobe/asset-compute-devtool/package.json'));
const { DevtoolServer } = require(path.join(home, 'index.js'));
const app = require(path.join(home, 'app.js'));

let base;
const log = console.log;
console.log = () => {}; // it tells a lot

async function ask(name, body) {
  const headers = { authorization: app.settings.devToolToken };
  const answer = await fetch(`${base}/api/${name}`, body ? { method: 'POST', headers, body } : { headers });
  const text = await answer.text();
  return answer.ok ? JSON.parse(text) : { status: answer.status, text };
}

function form(fields) {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
}

async function main() {
  const devtool = new DevtoolServer();
  await devtool.run(Number(port));
  if (!devtool.server) throw new Error('the devtool did not start');
  if (!devtool.server.listening) await new Promise((resolve) => devtool.server.once('listening', resolve));
  base = `http://127.0.0.1:${devtool.server.address().port}`;

  const result = { endpoint: (await ask('asset-compute-endpoint')).endpoint };
  result.anonymous = (await fetch(`${base}/api/asset-compute-endpoint`)).status;
  result.ready = (await ask('check-journal-ready')).isReady;
  result.before = await ask('cloudstorage-listObjects');
  const upload = new FormData();
  upload.append('file', new Blob([fs.readFileSync(file)]), path.basename(file));
  result.uploaded = await ask('cloudstorage-upload', upload);

  const source = path.basename(file);
  const signed = await ask('cloudstorage-presign-get', form({ key: `source/${source}` }));
  result.presigned = (await (await fetch(signed.url)).arrayBuffer()).byteLength === fs.statSync(file).size;
  const processed = await ask('asset-compute-process', form({ source, renditions }));
  const { requestId, activationId } = processed.response || {};
  if (!requestId) throw new Error(JSON.stringify(processed));
  const events = await ask('asset-compute-get-events', form({ requestId }));
  result.events = events.map(({ type, errorReason }) => [type, errorReason || '']);
  result.renditions = [];
  for (const event of events.filter(({ type }) => type === 'rendition_created')) {
    const own = await ask('cloudstorage-presign-get', form({ key: event.rendition.userData.path }));
    const bytes = Buffer.from(await (await fetch(own.url)).arrayBuffer());
    result.renditions.push([event.rendition.name, bytes.length === event.metadata['repo:size']]);
  }
  const logs = await ask('openwhisk-activationLogs', form({ activationId, events: JSON.stringify(events) }));
  result.logs = logs.map((one) => one.logs);
  log(JSON.stringify(result));
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
