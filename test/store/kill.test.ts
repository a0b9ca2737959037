import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { asSiteId } from '../../src/presence/ids.ts';
import { newDataDir, openIn } from './data-dir.ts';
import { after, siteAfter, siteUpdatesOf, updatesOf } from './history.ts';
import { person } from './samples.ts';

const ROUNDS = 20;

test('whatever was acknowledged is there after kill -9, whole, at whatever moment', { timeout: 60_000 }, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  let acknowledged = 0;
  // Two directories at a time, each used again and again: every round but the first begins with what a kill left.
  await Promise.all(
    [0, 1].map(async (lane) => {
      const directory = await newDataDir();
      for (let round = lane; round < ROUNDS; round += 2) acknowledged += await kill(directory, seed + round);
    }),
  );
  expect(acknowledged).toBeGreaterThan(ROUNDS * 10);
});

/** Lets a process write, kills it, and looks at what it left; answers how many updates it had acknowledged. */
async function kill(directory: string, seed: number): Promise<number> {
  const log = join(directory, `acknowledged-${seed}`);
  const output = openSync(log, 'w');
  const program = join(import.meta.dirname, 'writer.ts');
  const args = ['--import', 'tsx', program, join(directory, 'data'), String(seed)];
  const writer = spawn(process.execPath, args, { stdio: ['ignore', output, 'inherit'] });
  closeSync(output);
  const ended = once(writer, 'exit');
  while ((await stat(log)).size === 0 && writer.exitCode === null) await sleep(5);
  await sleep((seed * 7_919) % 250);
  writer.kill('SIGKILL');
  expect(await ended, `seed ${seed}`).toEqual([null, 'SIGKILL']);
  const lines = (await readFile(log, 'utf8')).split('\n').slice(0, -1);
  await expectKept(join(directory, 'data'), highest(lines), `seed ${seed}`);
  return lines.length;
}

async function expectKept(dataDir: string, counts: ReadonlyMap<string, number>, seed: string): Promise<void> {
  const store = await openIn(dataDir);
  for (const [name, count] of counts) {
    if (name.startsWith('*')) {
      const site = await store.readSite(asSiteId(name.slice(1)));
      expect(siteUpdatesOf(site), seed).toBeGreaterThanOrEqual(count);
      expect(site, seed).toEqual({ ...siteAfter(siteUpdatesOf(site)), version: site.version });
    } else {
      const [record] = await store.read([person(name)]);
      const updates = record === undefined ? 0 : updatesOf(record);
      expect(updates, seed).toBeGreaterThanOrEqual(count);
      expect(record, seed).toEqual({ ...after(updates), version: record?.version });
    }
  }
  await store.close();
}

/** The most updates that were acknowledged of each. */
function highest(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const [name = '', count = ''] = line.split(' ');
    counts.set(name, Math.max(counts.get(name) ?? 0, Number(count)));
  }
  return counts;
}
