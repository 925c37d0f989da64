'use strict';
// Makes a client of each integration file in the folder argv[0], by `create` where that takes it, and does one job.
const path = require('node:path');
const { AssetComputeClient, getIntegrationConfiguration } = require('@adobe/asset-compute-client');

const { env } = process;
const [folder] = process.argv.slice(2);
const options = { url: env.AEMULATOR_ASSET_COMPUTE_URL, interval: 50 };

async function job(client) {
  const { requestId } = await client.process(undefined, [{ name: 'a.zip', fmt: 'zip', files: [] }]);
  const [event] = await client.waitActivation(requestId, 30000);
  await client.close();
  return `${event.type} ${event.errorReason}`;
}

async function main() {
  const results = {};
  for (const [file, own] of [
    [undefined, {}],
    ['integration.yaml', {}],
    ['integration.json', { imsEndpoint: env.AEMULATOR_IMS_URL }],
    ['integration-jwt.yaml', {}],
    ['console.json', { imsEndpoint: env.AEMULATOR_IMS_URL }],
  ]) {
    const integration = await getIntegrationConfiguration(file && path.join(folder, file));
    const client = new AssetComputeClient(integration, { ...options, ...own });
    await client.register();
    results[file || 'environment'] = await job(client);
    if (file !== 'integration.json') results[`create ${file}`] = await job(await AssetComputeClient.create(integration, { ...options, ...own }));
  }
  console.log(JSON.stringify(results));
  process.exit(0);
}

main();
