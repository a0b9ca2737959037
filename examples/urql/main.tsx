/**
 * urql with Graphcache: the same page, with a cache that knows the schema.
 *
 * Graphcache keys what it stores by type and id. It wants to know which types have no id, and lie within another: those
 * are named in `keys`. All else follows from the ids: a subscription's result changes every query that has the person.
 */
import { cacheExchange } from '@urql/exchange-graphcache';
import { createRoot } from 'react-dom/client';
import { Client, fetchExchange, Provider, subscriptionExchange, useMutation, useQuery, useSubscription } from 'urql';
import { headers, other, socket, team, url } from '../connection.ts';
import schema from '../generated/schema.json'; // made by `npm run generate`
import { graphql, type ResultOf } from '../graphql.ts';

const DOT = graphql(`fragment Dot on Presence { id availability status { text emoji } }`);
const TEAM = graphql(`query Team($ids: [ID!]!) { users(ids: $ids) { id name presence { ...Dot } } }`, [DOT]);
const PERSON = graphql(`query Person($id: ID!) { user(id: $id) { id name presence { ...Dot } } }`, [DOT]);
const CHANGES = graphql(
  `subscription Changes($ids: [ID!]!) { presenceChanged(userIds: $ids) { presence { ...Dot } } }`,
  [DOT],
);
const SET_STATUS = graphql(
  `mutation SetStatus($input: SetStatusInput!) {
    setStatus(input: $input) { viewer { id user { id presence { ...Dot } } } }
  }`,
  [DOT],
);

const withinAnother = () => null;
const client = new Client({
  url,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange({
      schema,
      keys: { Status: withinAnother, PresenceChange: withinAnother, ViewerPayload: withinAnother },
    }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});

function Page() {
  const [{ data: people }] = useQuery({ query: TEAM, variables: { ids: team } });
  const [{ data: person }] = useQuery({ query: PERSON, variables: { id: other } });
  // Once both have been answered: its first values are then newer, and no late answer overwrites one.
  useSubscription({ query: CHANGES, variables: { ids: team }, pause: people === undefined || person === undefined });
  return (
    <>
      <section aria-label="Team">
        <h2>Team</h2>
        <ul>
          {people?.users.map(({ id, name, presence }) => (
            <li key={id}>
              {name ?? id} <Dot presence={presence} />
            </li>
          ))}
        </ul>
      </section>
      <section aria-label="Conversation">
        <h2>
          You and {other} {person && <Dot presence={person.user.presence} />}
        </h2>
        <StatusPicker />
      </section>
    </>
  );
}

function Dot({ presence: { availability, status } }: { readonly presence: ResultOf<typeof DOT> }) {
  return (
    <span data-availability={availability}>
      {availability} {status?.emoji} {status?.text}
    </span>
  );
}

function StatusPicker() {
  const [, setStatus] = useMutation(SET_STATUS);
  return (
    <>
      <button type="button" onClick={() => setStatus({ input: { availability: 'ONLINE' } })}>
        I am here
      </button>
      <button type="button" onClick={() => setStatus({ input: { availability: 'BUSY', text: 'Do not disturb' } })}>
        Do not disturb
      </button>
    </>
  );
}

createRoot(document.getElementById('root') ?? document.body).render(
  <Provider value={client}>
    <Page />
  </Provider>,
);
