/**
 * graphql-request: what a backend does, by plain HTTP. It makes people known, gives somebody a status, and looks who is
 * there. `npm run graphql-request`.
 */
import { GraphQLClient } from 'graphql-request';
import { graphql } from '../graphql.ts';

const client = new GraphQLClient(process.env.PRESENCE_URL ?? 'http://127.0.0.1:4000/graphql', {
  headers: { authorization: 'Bearer dev:backend:server' }, // the role "server" speaks for everybody
});

await client.request(
  graphql(`
    mutation MakeKnown($users: [UpsertUserInput!]!) { upsertUsers(input: { users: $users }) { users { id } } }
  `),
  {
    users: [
      { id: 'ada', name: 'Ada Lovelace', status: { text: 'Writing notes', emoji: '📝' } },
      { id: 'grace', name: 'Grace Hopper' },
    ],
  },
);

const { users, onlineCount } = await client.request(
  graphql(`
    query Look($ids: [ID!]!) { onlineCount users(ids: $ids) { id name presence { availability lastActive } } }
  `),
  { ids: ['ada', 'grace'] },
);

console.log(`${onlineCount} online`);
for (const { id, name, presence } of users) {
  console.log(`${name ?? id} is ${presence.availability}, last there ${presence.lastActive ?? 'never'}`);
}
