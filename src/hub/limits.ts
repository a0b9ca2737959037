/**
 * Every limit that an operator may set: its variable, its default and range, what it bounds, and what comes where it is
 * reached. The configuration and docs/limits.md are made of this table. Each is enforced beside what it bounds; what no
 * operator can have an opinion about, such as how many rooms a person may be in, is a constant there.
 */

export interface LimitNotes {
  readonly variable: `PRESENCE_${string}`;
  readonly default: number;
  readonly least: number;
  readonly most: number;
  readonly unit?: 'bytes';
  /** What it bounds. */
  readonly meaning: string;
  /** What comes where it is reached. */
  readonly reached: string;
}

const ANY_NUMBER = 2_147_483_647; // the largest Int

/** Commands and reports are counted for this long from the first, and then anew. */
export const RATE_WINDOW = 10_000; // 10 s

export const LIMITS = {
  watch: {
    variable: 'PRESENCE_WATCH_LIMIT',
    default: 100,
    least: 1,
    most: 10_000,
    meaning: 'How many people one subscription or query may name.',
    reached: '`WATCH_LIMIT_EXCEEDED`, of a query `USER_LIMIT_EXCEEDED`',
  },
  watchPerSocket: {
    variable: 'PRESENCE_WATCH_LIMIT_PER_SOCKET',
    default: 10_000,
    least: 1,
    most: 1_000_000,
    meaning:
      'How many people all subscriptions of one WebSocket may watch together; somebody watched twice counts twice. Never less than PRESENCE_WATCH_LIMIT.',
    reached: '`WATCH_LIMIT_EXCEEDED`',
  },
  watchPerPerson: {
    variable: 'PRESENCE_WATCH_LIMIT_PER_PERSON',
    default: 50_000,
    least: 1,
    most: 10_000_000,
    meaning:
      'How many people all subscriptions of one person on one server may watch together, server-sent events among them. Never less than PRESENCE_WATCH_LIMIT_PER_SOCKET.',
    reached: '`WATCH_LIMIT_EXCEEDED`',
  },
  operations: {
    variable: 'PRESENCE_OPERATIONS_PER_SOCKET',
    default: 100,
    least: 1,
    most: 10_000,
    meaning: 'How many operations one WebSocket may have under way.',
    reached: '`OPERATION_LIMIT_EXCEEDED`',
  },
  connectionsPerPerson: {
    variable: 'PRESENCE_CONNECTIONS_PER_PERSON',
    default: 1_000,
    least: 0,
    most: ANY_NUMBER,
    meaning:
      'How many WebSockets one person may have on one server, those that only watch among them, and as many streams of server-sent events; 0: no limit.',
    reached: 'The newest WebSocket is closed with 1013; a stream is refused with `CONNECTION_LIMIT_EXCEEDED`.',
  },
  connectionsPerAddress: {
    variable: 'PRESENCE_CONNECTIONS_PER_ADDRESS',
    default: 0,
    least: 0,
    most: ANY_NUMBER,
    meaning:
      'How many WebSockets and streams of server-sent events may come from one address to one server; 0: no limit, since thousands may share an address behind a router or a proxy (see PRESENCE_TRUSTED_PROXIES).',
    reached: 'HTTP status 429 instead of the connection',
  },
  message: {
    variable: 'PRESENCE_MESSAGE_LIMIT',
    default: 65_536,
    least: 1_024,
    most: 1_048_576,
    unit: 'bytes',
    meaning: 'How large a message over a WebSocket and the body of a request over HTTP may be.',
    reached: 'The WebSocket is closed with 1009; over HTTP `REQUEST_ENTITY_TOO_LARGE`.',
  },
  body: {
    variable: 'PRESENCE_BODY_LIMIT',
    default: 1_048_576,
    least: 65_536,
    most: 16_777_216,
    unit: 'bytes',
    meaning:
      'The same for a body over HTTP with `syncCalendar`, or with what the backend alone may say at length: `upsertChannel` and `upsertUsers`. At least PRESENCE_MESSAGE_LIMIT.',
    reached: '`REQUEST_ENTITY_TOO_LARGE`',
  },
  unread: {
    variable: 'PRESENCE_UNREAD_LIMIT',
    default: 16_777_216,
    least: 65_536,
    most: 1_073_741_824,
    unit: 'bytes',
    meaning:
      'How much of the answers to its own operations a WebSocket may leave unread. What it watches is not among them: of that a slow reader is told the newest.',
    reached: 'The WebSocket is ended.',
  },
  batch: {
    variable: 'PRESENCE_BATCH_LIMIT',
    default: 1,
    least: 1,
    most: 100,
    meaning: 'How many operations one request over HTTP may hold; 1: no batches.',
    reached: '`BAD_REQUEST`; 400, or 413 where there are batches',
  },
  tokens: {
    variable: 'PRESENCE_DOCUMENT_TOKENS',
    default: 25_000,
    least: 100,
    most: 1_000_000,
    meaning: 'How many words and signs a document may have.',
    reached: '`QUERY_TOO_COMPLEX`',
  },
  fields: {
    variable: 'PRESENCE_DOCUMENT_FIELDS',
    default: 5_000,
    least: 1,
    most: 1_000_000,
    meaning: 'How many fields an operation may ask for, fragments put in.',
    reached: '`QUERY_TOO_COMPLEX`',
  },
  depth: {
    variable: 'PRESENCE_DOCUMENT_DEPTH',
    default: 20,
    least: 1,
    most: 100,
    meaning: 'How deep fields may lie in fields. What GraphiQL asks of the schema has 15 levels.',
    reached: '`QUERY_TOO_COMPLEX`',
  },
  breadth: {
    variable: 'PRESENCE_DOCUMENT_BREADTH',
    default: 1_000,
    least: 1,
    most: 1_000_000,
    meaning: 'How many fields may stand side by side, fragments put in.',
    reached: '`QUERY_TOO_COMPLEX`',
  },
  aliases: {
    variable: 'PRESENCE_DOCUMENT_ALIASES',
    default: 1_000,
    least: 0,
    most: 1_000_000,
    meaning: 'How many fields of an operation may go by another name, fragments put in.',
    reached: '`QUERY_TOO_COMPLEX`',
  },
  cost: {
    variable: 'PRESENCE_DOCUMENT_COST',
    default: 25_000,
    least: 1,
    most: ANY_NUMBER,
    meaning:
      'How many fields the answer to an operation may have: what is asked of a list counts as often as `first` or the number of ids says, 20 times where nothing says it.',
    reached: '`QUERY_TOO_COMPLEX`',
  },
  commandsPerPerson: {
    variable: 'PRESENCE_COMMANDS_PER_PERSON',
    default: 1_000,
    least: 0,
    most: ANY_NUMBER,
    meaning:
      'How many mutations one person may make in ten seconds, over all servers; 0: no limit. The backend’s are not counted here, and reports of state count below.',
    reached: '`RATE_LIMITED`',
  },
  commandsPerSite: {
    variable: 'PRESENCE_COMMANDS_PER_SITE',
    default: 0,
    least: 0,
    most: ANY_NUMBER,
    meaning:
      'How many mutations a site may make in ten seconds, over all servers, the backend’s included; 0: no limit.',
    reached: '`RATE_LIMITED`',
  },
  reports: {
    variable: 'PRESENCE_REPORTS_PER_PERSON',
    default: 200,
    least: 0,
    most: ANY_NUMBER,
    meaning:
      'How many `reportActivity` and `heartbeat` of one person each server carries out at once in ten seconds; 0: no limit.',
    reached: 'None is refused: of each session the last takes effect when the ten seconds are over.',
  },
} as const satisfies Record<string, LimitNotes>;

export type LimitName = keyof typeof LIMITS;
export type LimitVariable = (typeof LIMITS)[LimitName]['variable'];
export type Limits = Readonly<Record<LimitName, number>>;

export const LIMIT_NAMES = Object.keys(LIMITS).filter(isLimit);

/** A value for each. */
export function forEachLimit<Value>(make: (name: LimitName) => Value): Readonly<Record<LimitName, Value>> {
  // What Object.fromEntries knows of its keys is that they are texts.
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, make(name)])) as Record<LimitName, Value>;
}

export const DEFAULT_LIMITS: Limits = forEachLimit((name) => LIMITS[name].default);

function isLimit(name: string): name is LimitName {
  return Object.hasOwn(LIMITS, name);
}
