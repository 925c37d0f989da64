'use strict';
// Gets tokens with aio-lib-ims and aio-lib-core-auth, which know Adobe's IMS only: run with the preload file.
const { Ims } = require('@adobe/aio-lib-ims');
const { generateAccessToken } = require('@adobe/aio-lib-core-auth');

const { env } = process;

async function main() {
  const ims = new Ims('prod');
  const scopes = env.AEMULATOR_SCOPES.split(',');
  const byCredentials = await ims.getAccessTokenByClientCredentials(
    env.AEMULATOR_CLIENT_ID,
    env.AEMULATOR_CLIENT_SECRET,
    env.AEMULATOR_ORG_ID,
    scopes,
  );
  const token = byCredentials.access_token.token;
  const valid = await ims.validateToken(token, env.AEMULATOR_CLIENT_ID);
  const organizations = await ims.getOrganizations(token);
  await ims.invalidateToken(token, env.AEMULATOR_CLIENT_ID, env.AEMULATOR_CLIENT_SECRET);
  const invalid = await ims.validateToken(token, env.AEMULATOR_CLIENT_ID);
  const core = await generateAccessToken({
    clientId: env.AEMULATOR_CLIENT_ID,
    clientSecret: env.AEMULATOR_CLIENT_SECRET,
    orgId: env.AEMULATOR_ORG_ID,
    scopes,
  });
  console.log(
    JSON.stringify({
      hours: (byCredentials.access_token.expiry - Date.now()) / 3600000,
      valid: valid.valid,
      organization: organizations[0].orgRef,
      invalid: invalid.valid,
      core: core.access_token.split('.').length,
      coreSeconds: core.expires_in,
    }),
  );
}

main();
