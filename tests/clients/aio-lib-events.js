'use strict';
// Publishes CloudEvents and reads them back in every way that the library knows. argv: a name of its own.
const { init } = require('@adobe/aio-lib-events');

const { env } = process;
const [name] = process.argv.slice(2);
const url = env.AEMULATOR_URL;

function observed(events, journal, options, count) {
  return new Promise((resolve, reject) => {
    const found = [];
    const subscription = events.getEventsObservableFromJournal(journal, options, { interval: 50 }).subscribe(
      (entry) => {
        found.push(entry.event.data.n);
        if (found.length === count) {
          subscription.unsubscribe();
          resolve(found);
        }
      },
      reject,
    );
  });
}

async function main() {
  const events = await init(env.AEMULATOR_ORG_ID, env.AEMULATOR_CLIENT_ID, env.AEMULATOR_ACCESS_TOKEN, {
    eventsBaseURL: url,
    eventsIngressURL: `${url}/api/cloudevents`,
  });
  const publish = (n) =>
    events.publishEvent({ specversion: '1.0', id: String(n), source: `urn:uuid:${name}`, type: 'made', data: { n } });
  const registration = await events.createRegistration('consumer', 'project', name, {
    client_id: env.AEMULATOR_CLIENT_ID,
    name: `journal of ${name}`,
    description: '',
    delivery_type: 'journal',
    events_of_interest: [{ provider_id: name, event_code: 'made' }],
  });
  const journal = registration._links['rel:events'].href;
  const listed = await events.getAllRegistrationsForWorkspace('consumer', 'project', name);

  const published = [];
  for (const n of [1, 2, 3]) published.push(await publish(n));
  const first = await events.getEventsFromJournal(journal, { limit: 1 });
  const rest = await events.getEventsFromJournal(first.link.next);
  const latest = await events.getEventsFromJournal(journal, { latest: true });
  const since = await events.getEventsFromJournal(journal, { since: first._page.last });
  const seek = await events.getEventsFromJournal(`${journal}?seek=-PT1H`);
  const watching = observed(events, latest.link.next, {}, 1);
  await publish(4);
  const numbers = (page) => (page.events || []).map((entry) => entry.event.data.n);
  const result = {
    listed: listed._embedded.registrations.length,
    published,
    first: numbers(first),
    rest: numbers(rest),
    latest: numbers(latest),
    retryAfter: latest.retryAfter,
    since: numbers(since),
    seek: numbers(seek),
    watched: await watching,
    all: await observed(events, journal, {}, 4),
  };
  await events.deleteRegistration('consumer', 'project', name, registration.registration_id);
  console.log(JSON.stringify(result));
  process.exit(0);
}

main();
