/**
 * Apollo Client: everybody in a normalised cache, kept right by one subscription.
 *
 * Each type that has an id is one object in the cache: a Presence is `Presence:presence:<user id>`. What the subscription
 * brings is written there, and every component that reads it is rendered again. Nobody hands a dot from one to another.
 */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { ApolloProvider, useFragment, useMutation, useSubscription, useSuspenseQuery } from '@apollo/client/react';
import { OperationTypeNode } from 'graphql';
import { Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { headers, other, socket, team, url } from '../connection.ts';
import { graphql } from '../graphql.ts';

const DOT = graphql(`
  fragment Dot on Presence { id availability status { text emoji } }
`);
const PEOPLE = graphql(`query People($ids: [ID!]!) { users(ids: $ids) { id name presence { ...Dot } } }`, [DOT]);
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

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url, headers }),
  ),
});

function Page() {
  const { data } = useSuspenseQuery(PEOPLE, { variables: { ids: team } });
  // Below the query, so it begins when that has been answered: its first values are newer, and none is overwritten.
  useSubscription(CHANGES, { variables: { ids: team } });
  return (
    <>
      <section aria-label="Team">
        <h2>Team</h2>
        <ul>
          {data.users.map(({ id, name }) => (
            <li key={id}>
              {name ?? id} <Dot userId={id} />
            </li>
          ))}
        </ul>
      </section>
      <section aria-label="Conversation">
        <h2>
          You and {other} <Dot userId={other} />
        </h2>
        <StatusPicker />
      </section>
    </>
  );
}

/** Reads one object of the cache, and is rendered again whenever that changes, whoever changes it. */
function Dot({ userId }: { readonly userId: string }) {
  const { data, complete } = useFragment({ fragment: DOT, from: { __typename: 'Presence', id: `presence:${userId}` } });
  if (!complete) return null;
  const { availability, status } = data;
  return (
    <span data-availability={availability}>
      {availability} {status?.emoji} {status?.text}
    </span>
  );
}

function StatusPicker() {
  const [setStatus] = useMutation(SET_STATUS);
  return (
    <>
      <button type="button" onClick={() => setStatus({ variables: { input: { availability: 'ONLINE' } } })}>
        I am here
      </button>
      <button
        type="button"
        onClick={() => setStatus({ variables: { input: { availability: 'BUSY', text: 'Do not disturb' } } })}
      >
        Do not disturb
      </button>
    </>
  );
}

createRoot(document.getElementById('root') ?? document.body).render(
  <ApolloProvider client={client}>
    <Suspense fallback="Loading">
      <Page />
    </Suspense>
  </ApolloProvider>,
);
