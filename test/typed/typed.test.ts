/** A client whose types come from schema.graphql by codegen: what the types promise is what arrives. */
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  PeopleDocument,
  type PeopleQuery,
  SetStatusDocument,
  type SetStatusMutation,
  type SetStatusMutationVariables,
  type TypedDocumentString,
  WatchDocument,
  type WatchSubscription,
} from '../generated/graphql.ts';
import { startService } from '../support/service.ts';

test('a client generated from the schema watches, asks and says', async () => {
  const service = await startService();
  const send = async <Result, Variables extends object>(
    token: string,
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result> => {
    const { data, errors } = await service.ask<Result>(token, document.toString(), variables);
    if (data == null) throw new Error(JSON.stringify(errors));
    return data;
  };
  const client = createClient({
    url: `${service.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token: 'dev:ada', session: false },
  });
  const watch = client.iterate<WatchSubscription>({
    query: WatchDocument.toString(),
    variables: { userIds: ['grace'] },
  });
  const next = async () => (await watch.next()).value?.data?.presenceChanged;

  expect(await next()).toMatchObject({ initial: true, user: { id: 'grace' }, presence: { online: false } });
  const grace = await service.connect({ token: 'dev:grace' });
  expect(await next()).toMatchObject({ initial: false, presence: { availability: 'ONLINE', status: null } });

  const input: SetStatusMutationVariables['input'] = { availability: 'BUSY', text: 'Typed', emoji: '⌨️' };
  const said: SetStatusMutation = await send('dev:grace', SetStatusDocument, { input });
  expect(said.setStatus.viewer).toEqual({ availability: 'BUSY', manual: 'BUSY' });
  expect((await next())?.presence.status).toEqual({ text: 'Typed', emoji: '⌨️', customStatus: null });

  const asked: PeopleQuery = await send('dev:ada', PeopleDocument, { ids: ['grace', 'nobody'] });
  expect(asked.users.map(({ id, presence }) => [id, presence.availability])).toEqual([
    ['grace', 'BUSY'],
    ['nobody', 'OFFLINE'],
  ]);
  await grace.close();
  await client.dispose();
});
