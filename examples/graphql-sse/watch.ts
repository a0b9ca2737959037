/** graphql-sse: the same subscription as server-sent events, where WebSockets do not get through. It only watches. */
import { print } from 'graphql';
import { createClient } from 'graphql-sse';
import { graphql, type ResultOf } from '../graphql.ts';

const [me = 'ada', other = 'grace'] = process.argv.slice(2);

const WATCH = graphql(`
  subscription Watch($ids: [ID!]!) {
    presenceChanged(userIds: $ids) { initial user { id } presence { availability status { text } } }
  }
`);

const client = createClient({
  url: process.env.PRESENCE_URL ?? 'http://127.0.0.1:4000/graphql',
  headers: { authorization: `Bearer dev:${me}` },
});

const changes = client.iterate<ResultOf<typeof WATCH>>({ query: print(WATCH), variables: { ids: [other] } });
for await (const { data, errors } of changes) {
  if (errors) throw new Error(errors[0]?.message);
  if (!data) continue;
  const { initial, user, presence } = data.presenceChanged;
  const words = presence.status?.text ? `: ${presence.status.text}` : '';
  console.log(`${user.id} is ${initial ? '' : 'now '}${presence.availability}${words}`);
}
