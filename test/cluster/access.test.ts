/** Ways to reach a Redis that does not let everybody in: a user with few rights, a password, TLS. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreRefused } from '../../src/store/store.ts';
import { storeContract } from '../store/contract.ts';
import { followed } from '../store/listener.ts';
import { person } from '../store/samples.ts';
import { findProgram } from '../support/program.ts';
import { launchRedis, type RedisProcess } from '../support/redis-process.ts';
import { runServer, startProcess } from '../support/server-process.ts';
import { grantAsDocumented } from './rights.ts';
import { newPrefix, openStore, waysOn } from './stores.ts';

describe('a user with the documented rights', () => {
  let redis: RedisProcess;
  let url: string;
  beforeAll(async () => {
    redis = await launchRedis();
    url = await grantAsDocumented(redis);
  });
  afterAll(() => redis.stop());

  storeContract(
    'is enough',
    waysOn(() => url),
  );

  test('may touch nothing that is not the service’s', async () => {
    const elsewhere = await openStore(url, 'somebody-else:').catch((error: unknown) => error);
    expect(elsewhere).toMatchObject({ message: expect.stringMatching(/NOPERM|No permissions/) });
    const store = await openStore(url, newPrefix());
    await expect(followed(store, person('ada'), () => {})).resolves.toBeTypeOf('function');
  });

  test('is refused at start with a wrong password, in a sentence without it', async () => {
    const opening = openStore(url.replace(/:[^:@]+@/, ':hunter2@'), newPrefix());
    await expect(opening).rejects.toThrow(StoreRefused);
    await expect(opening).rejects.toThrow(/^Redis at REDIS_URL \(redis:\/\/127\.0\.0\.1:\d+\) .*WRONGPASS/);
  });
});

describe.skipIf(findProgram(['openssl']) === undefined)('a Redis behind TLS with a password', () => {
  const password = randomBytes(12).toString('base64');
  let certificate: string;
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await launchRedis({
      prepare: async (folder) => {
        certificate = join(folder, 'cert.pem');
        await promisify(execFile)('openssl', SELF_SIGNED, { cwd: folder });
      },
      args: ['--port', '0', ...TLS, '--requirepass', password],
      port: '--tls-port',
      connect: { password, tls: { rejectUnauthorized: false } },
    });
  });
  afterAll(() => redis.stop());

  const at = (host: string) => `rediss://:${encodeURIComponent(password)}@${host}:${redis.port}`;

  test.each(['localhost', '127.0.0.1'])('serves a server that trusts the certificate of %s', async (host) => {
    const server = await startProcess({ REDIS_URL: at(host), NODE_EXTRA_CA_CERTS: certificate });
    const { data } = await server.ask('dev:ada', 'mutation { setStatus(input: { text: "Safe" }) { viewer { id } } }');
    expect(data).toBeTruthy();
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  });

  test('is refused by a server that does not, and so is one without TLS', async () => {
    for (const url of [at('localhost'), at('localhost').replace('rediss', 'redis')]) {
      const server = runServer({ REDIS_URL: url });
      expect(await server.exited).toMatchObject({ code: 1 });
      expect(server.output()).toMatch(/^Redis at REDIS_URL \(rediss?:\/\/localhost:\d+\) cannot be used: /);
      expect(server.output()).not.toContain(password);
    }
  });
});

const SELF_SIGNED = [
  'req',
  '-x509',
  '-newkey',
  'rsa:2048',
  '-nodes',
  '-days',
  '2',
  '-keyout',
  'key.pem',
  '-out',
  'cert.pem',
  '-subj',
  '/CN=localhost',
  '-addext',
  'subjectAltName=DNS:localhost,IP:127.0.0.1',
];
const TLS = [
  '--tls-cert-file',
  'cert.pem',
  '--tls-key-file',
  'key.pem',
  '--tls-ca-cert-file',
  'cert.pem',
  '--tls-auth-clients',
  'no',
];
