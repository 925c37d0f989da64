'use strict';
// Adobe's workers and tools reach I/O Runtime by this package.

const openwhisk = require('openwhisk');
(async () => {
  const ow = openwhisk();
  const name = 'dx-asset-compute-worker-1/worker';
  const actions = (await ow.actions.list()).map((action) => action.name);
  const known = await ow.actions.get({ name });
  const params = { __checkAction: true };
  const checked = await ow.actions.invoke({ name, params, blocking: true, result: true });
  const { activationId } = await ow.actions.invoke({ name, params });
  let activation;
  for (let i = 0; !activation && i < 200; i++) {
    activation = await ow.activations.get(activationId).catch(() => new Promise((done) => setTimeout(done, 50)));
  }
  const logs = (await ow.activations.logs(activationId)).logs;
  const { result } = await ow.activations.result(activationId);
  const listed = (await ow.activations.list({ limit: 5 })).map((entry) => entry.activationId);
  const refused = await ow.actions.invoke({ name: 'nowhere', blocking: true }).catch((error) => error.statusCode);
  const is = { actions, known: known.name, checked, logs, result, isListed: listed.includes(activationId), refused };
  console.log(JSON.stringify(is));
})();
