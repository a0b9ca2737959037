/** Commands sent to Redis for each of what many people do at once, so that commits share calls; keeping the lease is taken off. */
import { type Client, commandsDuring, connect, type Figures, SAY, sleep, startNode } from './figure.ts';

const PEOPLE = 200;
const IDLE_SOCKETS = 1_000;
const IDLE_TIME = 60_000; // ms
const CROWD = 10_000; // people in a room

export const commands: Figures = async (redisUrl) => {
  const node = await startNode(redisUrl);
  let clients: Client[] = [];
  const each = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    const all = await commandsDuring(redisUrl, work);
    const beats = (performance.now() - started) / BEAT;
    return ((all - beats) / PEOPLE).toFixed(2);
  };
  const all = (work: (client: Client, at: number) => Promise<unknown>) => () => Promise.all(clients.map(work));
  const report = (activity: string) =>
    `mutation { reportActivity(input: { activity: ${activity} }) { viewer { availability } } }`;

  const connected = await each(async () => {
    clients = await many(PEOPLE, (at) => connect(node.url, { token: `dev:user-${at}` }));
  });
  const status = await each(all((client, at) => client.ask(SAY, { text: `hello ${at}` })));
  const idle = await each(all((client) => client.ask(report('IDLE'))));
  const active = await each(all((client) => client.ask(report('ACTIVE'))));
  const typing = await each(all((client) => client.ask(report('ACTIVE'))));
  const opened = await Promise.all(clients.map((client) => client.ask(OPEN)));
  const ids = opened.map((data) => (data as { openSession: { session: { id: string } } }).openSession.session.id);
  const heartbeat = await each(all((client, at) => client.ask(HEARTBEAT, { id: ids[at] })));
  const left = await each(async () => {
    for (const { socket } of clients) socket.close(1000);
    await sleep(6_500); // the grace, and the end of the sessions
  });

  clients = await many(IDLE_SOCKETS, (at) => connect(node.url, { token: `dev:idle-${at}` }));
  await sleep(2_000);
  const quiet = await commandsDuring(redisUrl, () => sleep(IDLE_TIME));
  for (const { socket } of clients) socket.close(1000);

  clients = await many(PEOPLE, (at) => connect(node.url, { token: `dev:user-${at}` }));
  const entered = await each(all((client) => client.ask(enter('small'))));
  await many(CROWD, (at) => visit(node.url, `dev:guest-${at}:guest`));
  const enteredCrowd = await each(all((client) => client.ask(enter('large'))));
  for (const { socket } of clients) socket.close(1000);
  await node.stop();
  return [
    { what: 'Redis commands: connect', value: connected },
    { what: 'Redis commands: status change', value: status },
    { what: 'Redis commands: turns idle', value: idle },
    { what: 'Redis commands: comes back from idle', value: active },
    { what: 'Redis commands: activity while active', value: typing, beside: 'the read for the answer' },
    { what: 'Redis commands: heartbeat of an HTTP session', value: heartbeat },
    { what: 'Redis commands: disconnect, until gone', value: left },
    { what: 'Redis commands: enter a room', value: entered },
    { what: `Redis commands: enter a room of ${CROWD.toLocaleString('en')}`, value: enteredCrowd },
    {
      what: `Redis commands: an idle minute of ${IDLE_SOCKETS.toLocaleString('en')} sockets`,
      value: String(quiet),
      beside: 'goal: under 60',
    },
  ];
};

const OPEN = 'mutation { openSession(input: {}) { session { id } } }';
const HEARTBEAT = 'mutation ($id: ID!) { heartbeat(input: { sessionId: $id }) { viewer { availability } } }';
const BEAT = 1_250; // ms, a quarter of the default lease

async function many<Made>(count: number, make: (at: number) => Promise<Made>): Promise<Made[]> {
  const made: Made[] = [];
  for (let from = 0; from < count; from += 50) {
    made.push(...(await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, at) => make(from + at)))));
  }
  return made;
}

const enter = (room: string) => `mutation { enterRoom(input: { key: "${room}" }) { room { key } } }`;

/** A guest enters the large room over HTTP. */
async function visit(url: string, token: string): Promise<void> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: enter('large') }),
  });
  const { errors } = await response.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
}
