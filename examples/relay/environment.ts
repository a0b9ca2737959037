/** Relay's network and store: queries and mutations by HTTP, subscriptions by WebSocket. */
import { Environment, type GraphQLResponse, Network, Observable, RecordSource, Store } from 'relay-runtime';
import { headers, socket, url } from '../connection.ts';

const network = Network.create(
  async ({ text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  },
  ({ text }, variables) =>
    Observable.create((sink) =>
      socket.subscribe(
        { query: text ?? '', variables },
        // The same thing to both; only Relay's type has nothing for data that is null beside errors.
        { ...sink, next: (result) => sink.next(result as GraphQLResponse) },
      ),
    ),
);

export const environment = new Environment({ network, store: new Store(new RecordSource()) });
