/** What an operator is shown of a running server: numbers that are right, and nothing of anybody. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { rest } from '../support/manual-clock.ts';
import { type Service, type Stream, startService } from '../support/service.ts';
import { http, mutate } from './operations.ts';

const TOKEN = 'metrics-are-for-prometheus';
const WATCH = 'subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { presence { availability } } }';

/** The samples, each by its name with its labels. */
async function scrape(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(url, { headers });
  expect(response.status).toBe(200);
  return samplesOf(await response.text());
}

function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, sample = '', value = ''] = /^(\S+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
      return [sample, Number(value)];
    }),
  );
}

async function grown(service: Service, work: () => Promise<unknown>): Promise<(sample: string) => number> {
  const before = await scrape(service.metricsUrl ?? '');
  await work();
  await rest();
  const after = await scrape(service.metricsUrl ?? '');
  return (sample) => (after.get(sample) ?? 0) - (before.get(sample) ?? 0);
}

describe('the metrics of a server', () => {
  test('say who is connected, who watches whom, what changed and who was told', async () => {
    const service = await startService();
    const watchers: Stream<Record<string, unknown>>[] = [];
    for (const name of ['ada', 'grace', 'linus']) {
      const device = await service.connect({ token: `dev:${name}`, session: name === 'ada' });
      watchers.push(device.subscribe(WATCH, { ids: ['ada', 'nobody'] }));
    }
    for (const watcher of watchers) for (const _ of ['ada', 'nobody']) await watcher.take();
    const now = await scrape(service.metricsUrl ?? '');
    expect(Object.fromEntries(now)).toMatchObject({
      presence_connections: 3,
      presence_sessions: 1,
      presence_watches: 3,
      presence_watched_people: 2,
      presence_watched_rooms: 0,
      presence_store_reachable: 1,
      presence_sweep_behind_seconds: 0,
      'presence_operations_total{type="subscription"}': 3,
    });

    const by = await grown(service, async () => {
      await mutate(http(service, 'dev:ada'), 'setStatus', { availability: 'BUSY' });
      for (const watcher of watchers) await watcher.take();
    });
    expect(by('presence_changes_total')).toBe(1);
    expect(by('presence_deliveries_total')).toBe(3);
    expect(by('presence_results_total')).toBe(1);
    expect(by('presence_commits_total')).toBe(1);
    expect(by('presence_store_round_trips_total')).toBe(1);
    expect(by('presence_operations_total{type="mutation"}')).toBe(1);
    expect(by('presence_conflated_total')).toBe(0);

    const closed = await grown(service, async () => {
      const [first] = [await service.connect({ token: 'dev:edsger', session: false })];
      await first?.close(4999);
    });
    expect(closed('presence_socket_closes_total{code="other"}')).toBe(1);
    expect(closed('presence_connections')).toBe(0);
  });

  test('count each refusal once, whichever wire it went by', async () => {
    const service = await startService();
    const device = await service.connect({ token: 'dev:ada', session: false });
    const wrong: readonly (readonly [code: string, query: string])[] = [
      ['GRAPHQL_PARSE_FAILED', '{ viewer {'],
      ['GRAPHQL_VALIDATION_FAILED', '{ viewer { shoeSize } }'],
      ['BAD_USER_INPUT', 'mutation { setStatus(input: {}) { viewer { id } } }'],
      ['FORBIDDEN', 'mutation { setServiceEnabled(input: { enabled: false }) { service { id } } }'],
      ['WATCH_LIMIT_EXCEEDED', `subscription { presenceChanged(userIds: ${JSON.stringify(people(101))}) { initial } }`],
    ];
    for (const [code, query] of wrong) {
      const sample = `presence_refusals_total{code="${code}"}`;
      for (const ask of [device.ask, (text: string) => service.ask('dev:ada', text)]) {
        const by = await grown(service, async () => expect((await ask(query)).errors).toBeDefined());
        expect([code, by(sample)]).toEqual([code, 1]);
      }
    }
    const by = await grown(service, () => service.ask('no such token', '{ viewer { id } }'));
    expect(by('presence_refusals_total{code="UNAUTHENTICATED"}')).toBe(1);
  });

  test('say how late what had become due was settled', async () => {
    const service = await startService();
    await service.clock.pass(0);
    const soon = new Date(service.clock.now() + 60_000).toISOString();
    await mutate(http(service, 'dev:ada'), 'setStatus', { text: 'For a minute', expiresAt: soon });
    const by = await grown(service, () => service.clock.pass(61));
    expect(by('presence_sweeps_total')).toBe(1);
    expect(by('presence_sweep_lag_seconds_total')).toBe(0);
  });

  test('tell of two servers on one Redis who had to give way, and what Redis was asked', async () => {
    const env = { REDIS_URL: inject('redisUrl'), PRESENCE_REDIS_PREFIX: `metrics-${Math.random()}:` };
    const [one, other] = [await startService(env), await startService(env)];
    const text = (service: Service, words: string) => mutate(http(service, 'dev:ada'), 'setStatus', { text: words });
    await text(one, 'first');
    const ones = await grown(one, async () => {
      const others = await grown(other, () => text(other, 'second'));
      expect(others('presence_commits_total')).toBe(1);
      await text(one, 'third');
    });
    expect(ones('presence_commits_total')).toBe(1);
    expect(ones('presence_commit_conflicts_total')).toBe(1);
    expect(ones('presence_store_round_trips_total')).toBeGreaterThanOrEqual(2);
  });

  test('name nobody, and come with those of the process', async () => {
    const service = await startService();
    const device = await service.connect({ token: 'dev:ada:user:acme' });
    const watching = device.subscribe(WATCH, { ids: ['grace'] });
    await watching.take();
    await device.ask('mutation { enterRoom(input: { key: "boardroom" }) { room { id } } }');
    await device.ask('query ByName { user(id: "presence:x") { id } }');
    const text = await (await fetch(service.metricsUrl ?? '')).text();
    expect(text).not.toMatch(/ada|acme|grace|boardroom|ByName/);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
    expect(samplesOf(text).size).toBeGreaterThan(20);
  });
});

describe('who may read them', () => {
  const SECRET = 'a-secret-of-more-than-thirty-two-bytes';
  const status = async (url: string, headers = {}) => (await fetch(url, { headers })).status;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  test('nobody, unless the operator says so', async () => {
    const service = await startService({ JWT_SECRET: SECRET });
    expect(service.metricsUrl).toBeNull();
    expect(await status(`${service.url}/metrics`)).toBe(404);
  });

  test('whoever has the token', async () => {
    const { metricsUrl } = await startService({ JWT_SECRET: SECRET, PRESENCE_METRICS_TOKEN: TOKEN });
    const url = metricsUrl ?? '';
    expect(await status(url)).toBe(401);
    expect(await status(url, bearer('metrics-are-for-everybody'))).toBe(401);
    expect(await status(url, bearer(TOKEN))).toBe(200);
  });

  test('whoever reaches a port of their own, at which nothing else is', async () => {
    const service = await startService({ JWT_SECRET: SECRET, PRESENCE_METRICS_PORT: '0' });
    const url = service.metricsUrl ?? '';
    expect(new URL(url).port).not.toBe(new URL(service.url).port);
    expect(await status(url)).toBe(200);
    expect(await status(`${service.url}/metrics`)).toBe(404);
    expect(await status(url.replace('/metrics', '/graphql'))).toBe(404);
  });
});

test('every metric that the dashboard and the alerts ask for is one that a server has', async () => {
  const service = await startService();
  const text = await (await fetch(service.metricsUrl ?? '')).text();
  const exported = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const root = join(import.meta.dirname, '..', '..');
  const dashboard = JSON.parse(await readFile(join(root, 'deploy', 'grafana-dashboard.json'), 'utf8'));
  const alerts = await readFile(join(root, 'deploy', 'alerts.yaml'), 'utf8');
  const asked = [...expressionsIn(dashboard), ...[...alerts.matchAll(/expr: (.*)/g)].map(([, expr = '']) => expr)];
  const names = new Set(asked.flatMap((expr) => expr.match(/\b(?:presence|nodejs|process)_\w+/g) ?? []));
  expect(names.size).toBeGreaterThan(20);
  expect([...names].filter((name) => !exported.has(name))).toEqual([]);
  // What a server counts, somebody can see.
  const shown = [...exported].filter((name) => name?.startsWith('presence_'));
  expect(shown.filter((name) => name !== undefined && !names.has(name))).toEqual([]);
});

/** Of every panel, however deep. */
function expressionsIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'expr' && typeof value === 'string' ? [value] : expressionsIn(value),
  );
}

const people = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `somebody-${at}`);
