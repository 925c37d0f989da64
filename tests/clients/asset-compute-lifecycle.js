'use strict';
// What a client meets between /register and /unregister, and after it. Prints one JSON object.
const path = require('node:path');
const { AssetCompute, AssetComputeClient, getIntegrationConfiguration } = require('@adobe/asset-compute-client');

const { env } = process;
const options = { url: env.AEMULATOR_ASSET_COMPUTE_URL, interval: 50 };
const nothing = [{ name: 'a.zip', fmt: 'zip' }];

const failure = (promise) => promise.then(() => 'no error', (error) => `${error.name}: ${error.message}`);

async function main() {
  const file = path.join(path.dirname(env.ASSET_COMPUTE_INTEGRATION_FILE_PATH), 'integration.yaml');
  const integration = await getIntegrationConfiguration(file);
  const client = new AssetComputeClient(integration, options);
  const result = {};
  result.early = await failure(client.process(undefined, nothing));
  const first = await client.register();
  result.again = (await client.register()).journal === first.journal;
  result.ready = await client.isEventJournalReady();

  const created = [];
  client.on('rendition_failed', (event) => created.push(event.rendition.name));
  const { requestId } = await client.process(undefined, nothing);
  await client.process(undefined, nothing);
  await client.waitActivation(requestId);
  await client.wait();
  result.events = [...created];
  result.timeout = await failure(client.waitActivation('never sent', 50));

  const low = new AssetCompute({ ...options, accessToken: client.accessToken, org: integration.ORG_ID, apiKey: integration.CLIENT_ID });
  const own = await low.process(undefined, nothing, { a: 1 }, { 'x-request-id': 'my own id' });
  result.ownId = [own.requestId, Object.keys(own).sort()];
  result.malformed = await failure(low.process('not a url', []));
  result.unauthorized = await failure(new AssetCompute({ ...low, accessToken: 'x' }).process(undefined, nothing));
  result.foreignKey = await failure(new AssetCompute({ ...low, apiKey: 'x' }).register());

  result.unregistered = Object.keys(await client.unregister()).sort();
  result.forgotten = await failure(client.process(undefined, nothing));
  result.refused = await failure(low.process(undefined, nothing));
  result.twice = await failure(client.unregister());
  result.newJournal = (await client.register()).journal !== first.journal;
  const once = await client.process(undefined, nothing);
  result.afterwards = (await client.waitActivation(once.requestId)).length;
  console.log(JSON.stringify(result));
  process.exit(0);
}

main();
