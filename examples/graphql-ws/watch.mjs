/**
 * Plain graphql-ws: appears as Ada, and tells what Grace does. `npm run graphql-ws`, or with other people
 * `npm run graphql-ws -- grace ada`. Ends with Ctrl-C, and Ada goes.
 */
import { createClient } from 'graphql-ws';
import WebSocket from 'ws'; // only for Node 20; browsers and newer Nodes have one

const [me = 'ada', other = 'grace'] = process.argv.slice(2);
const url = process.env.PRESENCE_URL ?? 'http://127.0.0.1:4000/graphql';

const client = createClient({
  url: url.replace(/^http/, 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: { token: `dev:${me}`, device: 'DESKTOP' },
  retryAttempts: Number.POSITIVE_INFINITY, // after each, the subscription begins with the present value again
});

const changes = client.iterate({
  query: `subscription Watch($ids: [ID!]!) {
    presenceChanged(userIds: $ids) { initial user { id } presence { availability status { text } } }
  }`,
  variables: { ids: [other] },
});

for await (const { data, errors } of changes) {
  if (errors) throw new Error(errors[0].message);
  const { initial, user, presence } = data.presenceChanged;
  const words = presence.status?.text ? `: ${presence.status.text}` : '';
  console.log(`${user.id} is ${initial ? '' : 'now '}${presence.availability}${words}`);
}
