/**
 * How to say the same in the language of each server: who I am, whom I watch, what I set my status to. Deliveries are
 * not read but searched for the number in their status text, which is the same for all; see tally.ts.
 */
interface Dialect {
  path(person: string): string;
  readonly subprotocol: string | null;
  /** What to send first; null when the path said it all. */
  hello(person: string): string | null;
  isWelcome(text: string): boolean;
  /** What to send to watch these people, and how many messages tell that it has happened. */
  watch(id: number, people: readonly string[]): { readonly messages: readonly string[]; readonly told: number };
  isTold(text: string): boolean;
  set(id: number, text: string): string;
  isAnswer(text: string): boolean;
  /** What has to be answered at once lest the server hang up. */
  reply(text: string): string | null;
}

const OPERATION = `subscription ($ids: [ID!]!) {
  presenceChanged(userIds: $ids) { initial user { id } presence { availability status { text emoji } lastActive } }
}`;
const QUERY = 'query ($ids: [ID!]!) { users(ids: $ids) { id presence { availability status { emoji } lastActive } } }';
const SET = 'mutation ($text: String) { setStatus(input: { text: $text }) { viewer { availability } } }';

const transportWs = {
  path: () => '/graphql',
  subprotocol: 'graphql-transport-ws',
  isWelcome: (text: string) => text.includes('"connection_ack"'),
  set: (id: number, text: string) => operation(`s:${id}`, SET, { text }),
  isAnswer: (text: string) => text.includes('"id":"s:') && text.includes('"next"'),
  reply: (text: string) => (text === '{"type":"ping"}' ? '{"type":"pong"}' : null),
};

/** Ours: a watch begins with the present value of everybody in it. */
const ours: Dialect = {
  ...transportWs,
  hello: (person) => JSON.stringify({ type: 'connection_init', payload: { token: `dev:${person}` } }),
  watch: (id, people) => ({ messages: [operation(`${id}`, OPERATION, { ids: people })], told: people.length }),
  isTold: (text) => text.includes('"initial":true'),
};

/** The same from the naive build. */
const naiveSnapshot: Dialect = {
  ...ours,
  hello: (person) => JSON.stringify({ type: 'connection_init', payload: { user: person } }),
};

/** A subscription tells only what comes; for what is, the same socket has to ask. */
const naive: Dialect = {
  ...naiveSnapshot,
  watch: (id, people) => ({
    messages: [operation(`${id}`, OPERATION, { ids: people }), operation(`a:${id}`, QUERY, { ids: people })],
    told: 1,
  }),
  isTold: (text) => text.includes('"id":"a:') && text.includes('"next"'),
};

const bare: Dialect = {
  path: (person) => `/?user=${person}`,
  subprotocol: null,
  hello: () => null,
  isWelcome: () => false,
  watch: (_, people) => ({ messages: [JSON.stringify({ watch: people })], told: 1 }),
  isTold: (text) => text === '{"done":true}',
  set: (_, text) => JSON.stringify({ set: text }),
  isAnswer: (text) => text === '{"done":true}',
  reply: () => null,
};

const echo: Dialect = {
  ...bare,
  set: (id, text) => operation(`s:${id}`, SET, { text }), // the message that ours gets
  isAnswer: (text) => text.includes('"id":"s:'),
};

const socketIo: Dialect = {
  path: () => '/socket.io/?EIO=4&transport=websocket',
  subprotocol: null,
  hello: (person) => `40${JSON.stringify({ user: person })}`,
  isWelcome: (text) => text.startsWith('40'),
  watch: (_, people) => ({ messages: [`420${JSON.stringify(['watch', people])}`], told: 1 }),
  isTold: (text) => text.startsWith('430'),
  set: (_, text) => `421${JSON.stringify(['setStatus', text])}`,
  isAnswer: (text) => text.startsWith('431'),
  reply: (text) => (text === '2' ? '3' : null),
};

export const DIALECTS = { ours, naive, naiveSnapshot, bare, echo, socketIo } as const;
export type DialectName = keyof typeof DIALECTS;

function operation(id: string, query: string, variables: object): string {
  return JSON.stringify({ id, type: 'subscribe', payload: { query, variables } });
}
