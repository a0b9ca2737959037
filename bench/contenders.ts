/** Who is measured: ours, and what others would build. Each is a server process of its own, given a Redis of its own. */
import type { DialectName } from './load/dialect.ts';

export interface Contender {
  readonly title: string;
  readonly dialect: DialectName;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

// As operators run them. Ours would refuse the tokens that the bench makes up, and so goes without.
const peer = (title: string, dialect: DialectName, script: string, env = {}): Contender => {
  return { title, dialect, script: `bench/peers/${script}`, env: { NODE_ENV: 'production', ...env } };
};

const ours = { dialect: 'ours', script: 'dist/server/main.js' } as const;
// A few people command as fast as thousands.
const unlimited = { PRESENCE_COMMANDS_PER_PERSON: '0', PRESENCE_REPORTS_PER_PERSON: '0' };
const common = { PORT: '0', LOG_LEVEL: 'error', PRESENCE_GRAPHIQL: 'off', ...unlimited };

export const CONTENDERS = {
  ours: { ...ours, title: 'presence-server', env: common },
  embedded: { ...ours, title: 'presence-server, embedded store', env: { ...common, REDIS_URL: '' } },
  frame: peer('bare ws, one prebuilt frame', 'bare', 'ws.js', { SEND: 'frame' }),
  text: peer('bare ws, send of a string', 'bare', 'ws.js', { SEND: 'string' }),
  socketIo: peer('Socket.IO with Redis', 'socketIo', 'socket-io.js'),
  naive: peer('Yoga, graphql-ws, withFilter', 'naive', 'naive.js', { TOPICS: 'one' }),
  topics: peer('Yoga, graphql-ws, a topic a person', 'naiveSnapshot', 'naive.js', {
    TOPICS: 'person',
    SNAPSHOT: 'yes',
  }),
  asked: peer('the same, asked for what is', 'naive', 'naive.js', { TOPICS: 'person' }),
  echo: peer('bare ws, JSON echo', 'echo', 'echo.js'),
  yoga: peer('bare Yoga, a constant', 'naive', 'yoga.js'),
} as const satisfies Readonly<Record<string, Contender>>;

export type ContenderName = keyof typeof CONTENDERS;
