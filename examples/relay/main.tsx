/**
 * Relay: each component says in a fragment what it shows, and the compiler makes one query of them.
 *
 * Every id of this API is unique over all types, as Relay wants it, and `node(id:)` finds what it names: so the store
 * needs no configuration, and anything can be fetched again by its id.
 */
import { Suspense, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import {
  graphql,
  RelayEnvironmentProvider,
  useFragment,
  useLazyLoadQuery,
  useMutation,
  useRefetchableFragment,
  useSubscription,
} from 'react-relay';
import { other, team } from '../connection.ts';
import type { mainChangesSubscription } from './__generated__/mainChangesSubscription.graphql.ts';
import type { mainConversation_user$key } from './__generated__/mainConversation_user.graphql.ts';
import type { mainDot_presence$key } from './__generated__/mainDot_presence.graphql.ts';
import type { mainQuery } from './__generated__/mainQuery.graphql.ts';
import type { mainSetStatusMutation } from './__generated__/mainSetStatusMutation.graphql.ts';
import type { mainTeam_query$key } from './__generated__/mainTeam_query.graphql.ts';
import { environment } from './environment.ts';

const CHANGES = {
  subscription: graphql`
    subscription mainChangesSubscription($ids: [ID!]!) {
      presenceChanged(userIds: $ids) { presence { ...mainDot_presence } }
    }
  `,
  variables: { ids: team },
};

function Page() {
  const page = useLazyLoadQuery<mainQuery>(
    graphql`
      query mainQuery($ids: [ID!]!, $other: ID!) {
        ...mainTeam_query @arguments(ids: $ids)
        user(id: $other) { ...mainConversation_user }
      }
    `,
    { ids: team, other },
  );
  // Below the query, so it begins when that has been answered: its first values are newer, and none is overwritten.
  useSubscription<mainChangesSubscription>(CHANGES);
  return (
    <>
      <Team query={page} />
      <Conversation user={page.user} />
    </>
  );
}

function Team({ query }: { readonly query: mainTeam_query$key }) {
  const { users } = useFragment(
    graphql`
      fragment mainTeam_query on Query @argumentDefinitions(ids: { type: "[ID!]!" }) {
        users(ids: $ids) { id name presence { ...mainDot_presence } }
      }
    `,
    query,
  );
  return (
    <section aria-label="Team">
      <h2>Team</h2>
      <ul>
        {users.map(({ id, name, presence }) => (
          <li key={id}>
            {name ?? id} <Dot presence={presence} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Conversation({ user }: { readonly user: mainConversation_user$key }) {
  // @refetchable: the compiler writes a query on node(id:), which brings this user anew.
  const [{ id, name, presence }, refetch] = useRefetchableFragment(
    graphql`
      fragment mainConversation_user on User @refetchable(queryName: "mainConversationRefetchQuery") {
        id
        name
        presence { ...mainDot_presence }
      }
    `,
    user,
  );
  const askAgain = () => startTransition(() => void refetch({}, { fetchPolicy: 'network-only' }));
  return (
    <section aria-label="Conversation">
      <h2>
        You and {name ?? id} <Dot presence={presence} />
      </h2>
      <StatusPicker />
      <button type="button" onClick={askAgain}>
        Refresh
      </button>
    </section>
  );
}

function Dot({ presence }: { readonly presence: mainDot_presence$key }) {
  const { availability, status } = useFragment(
    graphql`
      fragment mainDot_presence on Presence { availability status { text emoji } }
    `,
    presence,
  );
  return (
    <span data-availability={availability}>
      {availability} {status?.emoji} {status?.text}
    </span>
  );
}

function StatusPicker() {
  const [setStatus] = useMutation<mainSetStatusMutation>(graphql`
    mutation mainSetStatusMutation($input: SetStatusInput!) {
      setStatus(input: $input) { viewer { user { presence { ...mainDot_presence } } } }
    }
  `);
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
  <RelayEnvironmentProvider environment={environment}>
    <Suspense fallback="Loading">
      <Page />
    </Suspense>
  </RelayEnvironmentProvider>,
);
