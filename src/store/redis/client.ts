/**
 * Connections to Redis, and the scripts as commands of theirs. What the server is (one, a cluster, behind sentinels)
 * is found out here; everybody else has a Client.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { type Stop, StoreRefused } from '../store.ts';

export type Client = (Redis | Cluster) & Scripts;

/** numkeys, then keys and arguments, each as its script's header says. */
interface Scripts {
  commitPeople(keys: number, ...rest: (string | number)[]): Promise<(string | readonly [string])[]>;
  commitPlain(keys: number, ...rest: (string | number)[]): Promise<string | readonly [string]>;
  indexChannel(keys: number, ...rest: (string | number)[]): Promise<unknown>;
  countConnections(keys: number, ...rest: (string | number)[]): Promise<readonly [number, number]>;
  beat(keys: number, ...rest: (string | number)[]): Promise<readonly [number, number, string, ...string[]]>;
}

export interface Connected {
  readonly client: Client;
  /** A connection of its own for subscribing; on a cluster the same object, which keeps separate ones. */
  readonly subscriber: Redis | Cluster;
  readonly cluster: boolean;
  /** Sentences for the operator about what may be lost as Redis is configured. */
  readonly warnings: readonly string[];
  /** Ends all connections. */
  close(): void;
}

type Later = (ms: number, run: () => void) => Stop;

const COMMAND_TIMEOUT = 1_000; // ms; a mutation answers within two seconds, connecting included
const CONNECT_TIMEOUT = 5_000; // ms
const SILENCE = 3_000; // ms without an answer until a connection is made anew; TCP alone may take a quarter of an hour
const START_TIMEOUT = 10_000; // ms for everything until the first command can be sent
const EAGER = 100; // times
const RETRY_EAGER = 50; // ms
const RETRY_MOST = 500; // ms between attempts to reconnect
const REVIVAL = 50; // ms until a connection that ioredis has given up is made anew

/** @throws {StoreRefused} when Redis cannot be reached at start, or is too old */
export async function connect(url: string, later: Later): Promise<Connected> {
  const connections = createConnections(later);
  let cancel: Stop = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    cancel = later(START_TIMEOUT, () => reject(new Error(`it is not ready after ${START_TIMEOUT / 1_000} seconds`)));
  });
  try {
    return await Promise.race([open(optionsFrom(url), connections), tooLate]);
  } catch (error) {
    connections.close();
    if (error instanceof StoreRefused) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreRefused(`Redis at REDIS_URL (${hostOf(url)}) cannot be used: ${reason}.`);
  } finally {
    cancel();
  }
}

interface Connections {
  /** From now on it is one of them. */
  use<Each extends Redis | Cluster>(each: Each): Each;
  /**
   * The same, and it is made anew when it ends. ioredis connects again by itself, but gives up for good when it is told
   * to disconnect at the moment when it begins to connect, as it is told by sentinels of a failover.
   */
  keep<Each extends Redis | Cluster>(each: Each): Each;
  close(): void;
}

function createConnections(later: Later): Connections {
  const opened: (Redis | Cluster)[] = [];
  let closed = false;

  function use<Each extends Redis | Cluster>(each: Each): Each {
    each.on('error', () => {}); // told by the commands that fail, and by `reachable` in patience.ts
    opened.push(each);
    return each;
  }

  function revive(each: Redis | Cluster): void {
    if (!closed && each.status === 'end') each.connect().catch(() => undefined); // it tries again by itself
  }

  return {
    use,
    keep(each) {
      each.on('end', () => void later(REVIVAL, () => revive(each)));
      return use(each);
    },
    close() {
      closed = true;
      for (const each of opened) each.disconnect();
    },
  };
}

async function open(options: RedisOptions, { use, keep, close }: Connections): Promise<Connected> {
  const first = use(new Redis({ ...options, ...ONCE }));
  await begin(first);
  const { cluster, warnings } = read(await first.info());
  const nodes = cluster ? await nodesOf(first) : [];
  first.disconnect();
  const client = keep(
    cluster ? openCluster(options, nodes) : new Redis({ ...options, ...PATIENCE, commandTimeout: COMMAND_TIMEOUT }),
  );
  const subscriber = cluster ? client : keep(new Redis({ ...options, ...PATIENCE, ...FOR_MESSAGES }));
  await Promise.all([ready(client), ready(subscriber)]);
  // ioredis connects to a node with the first command for it, and has those that follow meanwhile wait for 100 ms.
  if (client instanceof Cluster) await Promise.allSettled(client.nodes('master').map((node) => node.ping()));
  return { client: withScripts(client), subscriber, cluster, warnings, close };
}

const ONCE: RedisOptions = { lazyConnect: true, retryStrategy: () => null, sentinelRetryStrategy: () => null };

async function begin(redis: Redis): Promise<void> {
  let cause: unknown;
  redis.on('error', (error) => {
    cause = error;
  });
  await redis.connect().catch((error: unknown) => {
    throw cause ?? error; // which says only that the connection is closed
  });
}

/** One plain connection, to the server that the URL names or to another that takes the same password; for looking at it. */
export async function contact(url: string, place: Pick<RedisOptions, 'host' | 'port'> = {}): Promise<Redis> {
  const redis = new Redis({
    ...optionsFrom(url),
    ...place,
    ...ONCE,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: CONNECT_TIMEOUT,
  });
  try {
    await begin(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** Whoever asks while there is no connection is told at once, or waits in store.ts; nothing is queued to happen later. */
const PATIENCE: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // A Redis that was restarted is back within seconds, and everybody waits for it: it is tried again and again at first.
  retryStrategy: (attempt) => Math.min(25 * 2 ** Math.min(attempt, 8), attempt < EAGER ? RETRY_EAGER : RETRY_MOST),
  keepAlive: 10_000, // ms
  connectTimeout: CONNECT_TIMEOUT,
  socketTimeout: SILENCE,
  // Told by the sentinels, because a master that is cut off does not close its connections.
  failoverDetector: true,
  // A master that became a replica, behind an address that by now leads to another.
  reconnectOnError: (error) => error.message.includes('READONLY'),
};

/** pubsub.ts subscribes again by itself: ioredis would, but lets nobody know, and ends the process when it is refused. */
const FOR_MESSAGES: RedisOptions = { maxRetriesPerRequest: null, enableOfflineQueue: true, autoResubscribe: false };

/** The nodes to begin with; all of them, because the one in the URL may be gone when the others come back. */
async function nodesOf(first: Redis): Promise<readonly ClusterNode[]> {
  const ranges = await first.cluster('SLOTS');
  const { host = '127.0.0.1', port = 6379 } = first.options;
  const found = ranges.flatMap(([, , ...nodes]) => nodes.map(([at, its]) => ({ host: at || host, port: Number(its) })));
  return [{ host, port }, ...found];
}

function openCluster(options: RedisOptions, nodes: readonly ClusterNode[]): Cluster {
  const { host: _, port: __, db: ___, ...shared } = options;
  const clusterOptions: ClusterOptions = {
    redisOptions: { ...shared, commandTimeout: COMMAND_TIMEOUT, connectTimeout: CONNECT_TIMEOUT, keepAlive: 10_000 },
    enableOfflineQueue: false,
    // Together they stay below COMMAND_TIMEOUT: ioredis sends again even what it has already answered as timed out.
    maxRedirections: 8,
    retryDelayOnFailover: 100, // ms
    retryDelayOnClusterDown: 100, // ms
    slotsRefreshTimeout: 2_000, // ms
    slotsRefreshInterval: 5_000, // ms
    clusterRetryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 8), RETRY_MOST),
    shardedSubscribers: true,
  };
  return new Cluster([...nodes], clusterOptions);
}

function ready(client: Redis | Cluster): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    client.once('ready', resolve);
    client.once('end', () => reject(new Error('the connection ended while it was being opened')));
  });
}

/**
 * The one connection to a cluster on which messages that are not sharded come; null where there is no cluster. ioredis
 * makes another when it ends, and tells nobody.
 */
export function messengerOf(client: Redis | Cluster): Redis | null {
  return client instanceof Cluster ? (Reflect.get(client, 'subscriber')?.getInstance() ?? null) : null;
}

/** Calls `tell` with each command that is sent. */
export function onCommand(client: Client, tell: () => void): void {
  const send = client.sendCommand;
  Object.assign(client, {
    sendCommand(...given: unknown[]) {
      tell();
      return Reflect.apply(send, client, given);
    },
  });
}

function withScripts(client: Redis | Cluster): Client {
  const script = (name: string) => ({ lua: readFileSync(new URL(name, import.meta.url), 'utf8') });
  client.defineCommand('commitPeople', script('commit.lua'));
  client.defineCommand('commitPlain', script('commit-plain.lua'));
  client.defineCommand('indexChannel', script('index-channel.lua'));
  client.defineCommand('countConnections', script('count-connections.lua'));
  client.defineCommand('beat', script('beat.lua'));
  return client as Client;
}

function optionsFrom(url: string): RedisOptions {
  return url.startsWith('sentinel://') ? behindSentinels(url) : direct(new URL(url));
}

/** redis:// or rediss:// (TLS), user and password, database */
function direct({ protocol, hostname, port, username, password, pathname }: URL): RedisOptions {
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: port === '' ? 6379 : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
    // The nodes of a cluster call each other by addresses, where the certificate has the name; addresses are not names.
    ...(protocol === 'rediss:' ? { tls: isIP(host) === 0 ? { servername: host } : {} } : {}),
  };
}

/** sentinel://[user:password@]host:port,host:port/name[/db] */
function behindSentinels(url: string): RedisOptions {
  const [, credentials = '', hosts = '', name = '', db = '0'] =
    /^sentinel:\/\/(?:([^@]*)@)?([^/]+)\/([^/]+)(?:\/(\d+))?$/.exec(url) ?? [];
  const [username = '', password = ''] = credentials.split(':').map(decodeURIComponent);
  const sentinels = hosts.split(',').map((each) => {
    const [host = '', port = '26379'] = each.split(':');
    return { host, port: Number(port) };
  });
  return {
    sentinels,
    name,
    db: Number(db),
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
  };
}

const OLDEST = [6, 2] as const;
const OLDEST_CLUSTER = 7;

/** A field of what INFO answers; empty when it is not there. */
export const fieldOf = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';

/** @throws {StoreRefused} when it is too old. */
export function checkVersion(info: string): { readonly version: string; readonly cluster: boolean } {
  const version = fieldOf(info, 'redis_version');
  const cluster = fieldOf(info, 'cluster_enabled') === '1';
  const [first = 0, second = 0] = version.split('.').map(Number);
  if (first < OLDEST[0] || (first === OLDEST[0] && second < OLDEST[1])) {
    throw new StoreRefused(`Redis ${version} is too old; ${OLDEST.join('.')} or newer is needed.`);
  }
  if (cluster && first < OLDEST_CLUSTER) {
    throw new StoreRefused(`Redis ${version} is too old; a cluster needs ${OLDEST_CLUSTER}.0 or newer.`);
  }
  return { version, cluster };
}

function read(info: string): Pick<Connected, 'cluster' | 'warnings'> {
  const { cluster } = checkVersion(info);
  const field = (name: string) => fieldOf(info, name);
  const warnings: string[] = [];
  if (field('aof_enabled') !== '1') {
    warnings.push(
      'Redis writes no append-only file: a crash of Redis loses statuses and hides nobody any more. Set appendonly yes.',
    );
  }
  const policy = field('maxmemory_policy');
  if (field('maxmemory') !== '0' && policy !== '' && policy !== 'noeviction') {
    warnings.push(
      `Redis may evict keys when memory is short (${policy}), which forgets people. Set maxmemory-policy noeviction.`,
    );
  }
  return { cluster, warnings };
}

export function hostOf(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/]*@/, '$1');
}
