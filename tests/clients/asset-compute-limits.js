'use strict';
// Calls /process until there were too many calls. argv: how many more than that in vain.
const { AssetCompute, TooManyRequestsError } = require('@adobe/asset-compute-client');

const { env } = process;
const known = {
  url: env.AEMULATOR_ASSET_COMPUTE_URL,
  accessToken: env.AEMULATOR_ACCESS_TOKEN,
  org: env.AEMULATOR_ORG_ID,
  apiKey: env.AEMULATOR_CLIENT_ID,
};
const call = (client) => client.process(undefined, [{ name: 'a.zip', fmt: 'zip' }]);

async function main() {
  console.warn = () => {}; // it says that it waits
  const hasty = new AssetCompute({ ...known, disable429Retry: true });
  await hasty.register();
  let refused;
  for (let calls = 0; calls < 100 && !refused; calls++) {
    refused = await call(hasty).then(() => undefined, (error) => error);
  }
  const started = Date.now();
  const answer = await call(new AssetCompute({ ...known, max429RetryCount: 3 }));
  console.log(
    JSON.stringify({
      refused: [refused instanceof TooManyRequestsError, refused.code, refused.retryAfter, refused.message],
      waited: (Date.now() - started) / 1000,
      accepted: answer.ok,
    }),
  );
  process.exit(0);
}

main();
