'use strict';
// Registers, submits jobs, waits for their events, again and again.
// argv: runs, jobs at once, `oauth` or a JWT file, clients at once.
const fs = require('node:fs');
const { AssetComputeClient } = require('@adobe/asset-compute-client');

const { env } = process;
const [runs, jobs, kind, clients = 1] = process.argv.slice(2);
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const integration =
  kind === 'oauth'
    ? {
        TYPE: 'oauthservertoserver',
        ORG_ID: env.AEMULATOR_ORG_ID,
        CLIENT_ID: env.AEMULATOR_CLIENT_ID,
        CLIENT_SECRETS: ['an old secret', env.AEMULATOR_CLIENT_SECRET],
        SCOPES: env.AEMULATOR_SCOPES.split(','),
        TECHNICAL_ACCOUNT_ID: env.AEMULATOR_TECHNICAL_ACCOUNT_ID,
        TECHNICAL_ACCOUNT_EMAIL: env.AEMULATOR_TECHNICAL_ACCOUNT_EMAIL,
      }
    : JSON.parse(fs.readFileSync(kind, 'utf8'));
const options = { url: env.AEMULATOR_ASSET_COMPUTE_URL, imsEndpoint: env.AEMULATOR_IMS_URL, interval: 50 };

async function job(client, number) {
  const renditions = ['a.png', 'b.nothing'].map((name) => ({
    name,
    fmt: name.split('.')[1],
    width: 8,
    embedBinaryLimit: 32768,
    userData: { mine: name },
  }));
  const { requestId } = await client.process(PIXEL, renditions, { number });
  const events = await client.waitActivation(requestId, 30000);
  return events.map((event) => [event.type, event.rendition.userData.mine, event.userData.number, event.requestId === requestId]);
}

async function run() {
  const client = new AssetComputeClient(integration, options);
  client.setMaxListeners(200);
  await client.register();
  const result = await Promise.all([...Array(Number(jobs)).keys()].map((number) => job(client, number)));
  await client.close();
  return result;
}

async function main() {
  const results = [];
  while (results.length < Number(runs)) {
    results.push(...(await Promise.all([...Array(Number(clients))].map(run))));
  }
  console.log(JSON.stringify(results));
  process.exit(0);
}

main();
