/** The client of everything inside: one that the application has, or one made from options and closed at the end. */
import { createContext, createElement, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react';
import { createPresenceClient } from '../client.ts';
import { report } from '../listeners.ts';
import type { PresenceClient, PresenceClientOptions } from '../types.ts';

const ClientContext = createContext<PresenceClient | null>(null);

export type PresenceProviderProps = { readonly children?: ReactNode } & (
  | { readonly client: PresenceClient }
  | (PresenceClientOptions & { readonly client?: never })
);

export function PresenceProvider(props: PresenceProviderProps): ReactNode {
  return props.client === undefined ? createElement(Made, props) : provide(props.client, props.children);
}

/** @throws {Error} outside a {@link PresenceProvider} */
export function usePresenceClient(): PresenceClient {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('There is no <PresenceProvider> around this component.');
  return client;
}

/** A client of its own, for as long as its address stays the same. Other options count when it is made. */
function Made({ children, ...options }: PresenceClientOptions & { readonly children?: ReactNode }): ReactNode {
  const latest = useRef(options);
  const { url } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the other options count when it is made
  const client = useMemo(() => createPresenceClient({ ...options, token: () => tokenOf(latest.current) }), [url]);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => held(client), [client]);
  return provide(client, children);
}

/** A token that is fetched by the newest function: what it closes over may have changed since. */
function tokenOf({ token }: PresenceClientOptions): string | Promise<string> {
  return typeof token === 'string' ? token : token();
}

const closing = new WeakMap<PresenceClient, ReturnType<typeof setTimeout>>();

/**
 * Connects, and closes once nothing holds the client any more at the end of this turn: StrictMode lets go of everything
 * once in order to take it up again, and a client that was closed is closed for good.
 */
function held(client: PresenceClient): () => void {
  clearTimeout(closing.get(client));
  client.connect();
  return () => {
    closing.set(
      client,
      setTimeout(() => {
        client.close().catch(report);
      }),
    );
  };
}

function provide(value: PresenceClient, children: ReactNode): ReactNode {
  return createElement(ClientContext.Provider, { value }, children);
}
