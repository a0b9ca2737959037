/** In an application its backend says what people are called. In development a page may speak as the backend. */
import { CAST } from './cast.ts';

export async function introduce(): Promise<void> {
  const users = CAST.map(({ id, name }) => ({ id, name }));
  await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer dev:directory:server' },
    body: JSON.stringify({
      query: 'mutation ($users: [UpsertUserInput!]!) { upsertUsers(input: { users: $users }) { users { id } } }',
      variables: { users },
    }),
  });
}
