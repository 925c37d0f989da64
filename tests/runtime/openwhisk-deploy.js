'use strict';
// Adobe's command line deploys by this package: packages, and actions as text.

const openwhisk = require('openwhisk');
(async () => {
  const ow = openwhisk();
  const name = 'by-client/hello';
  const action = 'function main({ name, greeting }) { return { text: `${greeting} ${name}` }; }';
  await ow.packages.update({ name: 'by-client', package: { parameters: [{ key: 'greeting', value: 'Hello' }] } });
  await ow.actions.update({ name, action, annotations: { 'web-export': true } });
  const result = await ow.actions.invoke({ name, params: { name: 'you' }, blocking: true, result: true });
  const again = await ow.actions.create({ name, action }).catch((error) => error.statusCode);
  const packages = (await ow.packages.list()).map((entry) => entry.name);
  await ow.actions.delete(name);
  await ow.packages.delete('by-client');
  const gone = await ow.packages.get('by-client').catch((error) => error.statusCode);
  const none = [await ow.triggers.list(), await ow.rules.list()];
  console.log(JSON.stringify({ result, again, packages, gone, none }));
})();
