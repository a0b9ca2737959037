/** `presence-server inspect`, as an operator runs it beside servers that have something to be inspected. */
import { beforeAll, expect, inject, test } from 'vitest';
import { readCommandLine } from '../../src/server/command-line.ts';
import { runNode, type ServerProcess, startProcess, temporaryDirectory } from '../support/server-process.ts';
import { connect, openSession, setInvisible, setStatus, tell } from './people.ts';

const redis = { REDIS_URL: inject('redisUrl'), PRESENCE_REDIS_PREFIX: `inspect-${Math.random()}:` };

async function command(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const program = runNode([inject('serverProgram'), ...args], env);
  const { code } = await program.exited;
  return { code, says: program.output() };
}

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess(redis);
});

test('shows what others see, what is so, and why', async () => {
  const ada = await connect(server, 'ada', { device: 'DESKTOP' });
  await openSession(server, 'ada', { device: 'MOBILE' });
  await setStatus(server, 'ada', { availability: 'BUSY', text: 'Compilers' });
  const claim = { source: 'CALL', key: 'standup', text: 'On the phone' };
  await tell(server, 'ada', 'mutation ($input: SetClaimInput!) { setClaim(input: $input) { viewer { id } } }', {
    input: claim,
  });
  await ada.ask('mutation { enterRoom(input: { key: "lobby", label: "listening" }) { room { id } } }');
  await setInvisible(server, 'ada', true);

  const [words, json, nobody, elsewhere] = await Promise.all([
    command(redis, 'inspect', 'ada'),
    command(redis, 'inspect', 'ada', '--json'),
    command(redis, 'inspect', 'adda'),
    command(redis, 'inspect', 'ada', '--site', 'acme', '--json'),
  ]);
  expect(words.code).toBe(0);
  expect(words.says).toMatch(/^ada, site default, /);
  expect(words.says).toMatch(/others see +OFFLINE · last active \d{4}-/);
  expect(words.says).toMatch(/really +BUSY · INVISIBLE · “Compilers”/);
  expect(words.says).toMatch(/because +INVISIBLE: “Offline to others because you are invisible\.”/);
  expect(words.says).toMatch(/sessions +session:\S+ · DESKTOP · WEBSOCKET · ONLINE · since \S+ · at server [\w-]+$/m);
  expect(words.says).toMatch(/^ +session:\S+ · MOBILE · HTTP · ONLINE · since \S+ · over unless it comes back by /m);
  expect(words.says).toMatch(/CALL standup · BUSY · “On the phone” · .* has begun/);
  expect(words.says).toMatch(/rooms +lobby: listening/);

  const found = JSON.parse(json.says);
  expect(found).toMatchObject({
    user: 'ada',
    site: 'default',
    seen: { availability: 'OFFLINE', status: null },
    availability: 'BUSY',
    invisible: true,
    explanation: { rule: 'INVISIBLE', nextChangeAt: null },
    sessions: [
      { id: ada.sessionId, held: true, lost: false, endsAt: null },
      { device: 'MOBILE', node: null },
    ],
    rooms: [{ room: 'lobby', label: 'listening' }],
  });
  expect(found.version).toBeGreaterThan(0);
  expect(found.deadline).toBeGreaterThan(found.at);

  expect(nobody).toMatchObject({ code: 0, says: expect.stringContaining('Nobody of this id was ever here.') });
  expect(JSON.parse(elsewhere.says)).toMatchObject({ version: 0, sessions: [] });
});

test('reads a data directory that no server has open, and else says whom to ask', async () => {
  const env = { DATA_DIR: await temporaryDirectory() };
  const own = await startProcess(env);
  await setStatus(own, 'ada', { availability: 'AWAY', text: 'Back soon' });
  const busy = await command(env, 'inspect', 'ada');
  expect(busy.code).toBe(1);
  expect(busy.says).toMatch(/in use by another running server.*Ask the running server: the query \{ viewer/s);
  await own.kill();
  const free = await command(env, 'inspect', 'ada');
  expect(free.code).toBe(0);
  expect(free.says).toMatch(/really +AWAY|picked +AWAY/);
  expect(free.says).toContain('“Back soon”');
});

test.each([
  ['an id that nobody can have', ['inspect', 'presence:ada'], 'The user id must not begin with "presence:"'],
  ['a site that nobody can have', ['inspect', 'ada', '--site', ''], 'The site must have 1 to 64 characters'],
  ['no id', ['inspect'], 'inspect takes one user id.'],
  ['a word that is no command', ['inspekt'], '"inspekt" is no command.'],
  ['an option that belongs to another', ['doctor', '--site', 'acme'], '--site belongs to inspect.'],
])('%s is refused', (_, args, problem) => {
  expect(readCommandLine(args)).toEqual({ kind: 'wrong', problem: expect.stringContaining(problem) });
});

test('whoever calls it wrongly is told how it is called, and so is whoever asks', async () => {
  const [refused, asked] = await Promise.all([command(redis, 'doctor', '--all'), command(redis, '--help')]);
  expect(refused.code).toBe(2);
  expect(refused.says).toMatch(/^Unknown option '--all'/);
  expect(refused.says).toContain('presence-server inspect <user>');
  expect(asked).toMatchObject({ code: 0, says: expect.stringMatching(/^presence-server +runs the server/) });
});
