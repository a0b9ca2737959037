/** `presence-server doctor`: whether this environment is one in which the service keeps what it promises. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { asMillis } from '../presence/ids.ts';
import { openEmbeddedStore } from '../store/embedded.ts';
import type { Finding } from '../store/finding.ts';
import { examineRedis } from '../store/redis/examine.ts';
import { StoreRefused } from '../store/store.ts';
import { type Config, ConfigError, type Environment, readConfig } from './config.ts';
import { later } from './timer.ts';

const RECOMMENDED = [22, 15] as const; // of Node; 20.19 works
const LEAST_ROOM = 256 * 2 ** 20; // bytes

/** @param wall the wall clock, in ms */
export async function examine(env: Environment, wall: () => number = Date.now): Promise<readonly Finding[]> {
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((says) => ({ level: 'fail', about: 'settings', says }));
  }
  const { store } = config;
  const kept = store.kind === 'redis' ? examineRedis({ ...store, wall, later }) : examineDirectory(store.dataDir, wall);
  return [...examineSettings(config), ...(await kept)];
}

function examineSettings({ auth, warnings }: Config): readonly Finding[] {
  const about = 'settings';
  const doubts = warnings.map((says): Finding => ({ level: 'warn', about, says }));
  const says = auth.mode === 'development' ? 'development mode: everybody is believed' : 'can be used';
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const recent = major > RECOMMENDED[0] || (major === RECOMMENDED[0] && minor >= RECOMMENDED[1]);
  return [
    ...(doubts.length > 0 ? doubts : [{ level: 'ok', about, says } as const]),
    recent
      ? { level: 'ok', about: 'node', says: process.version }
      : {
          level: 'warn',
          about: 'node',
          says: process.version,
          todo: `${RECOMMENDED.join('.')} or newer is recommended.`,
        },
  ];
}

async function examineDirectory(dataDir: string, wall: () => number): Promise<readonly Finding[]> {
  const about = 'data';
  if (dataDir === 'memory') {
    const todo = 'Set DATA_DIR to a directory, or REDIS_URL, unless this is for trying it out.';
    return [{ level: 'warn', about, says: 'DATA_DIR is memory: everything is gone with the server', todo }];
  }
  if (!existsSync(dataDir)) return [{ level: 'ok', about, says: `${dataDir} will be made by the first server` }];
  return [await soundness(dataDir, wall), await room(dataDir)];
}

async function soundness(dataDir: string, wall: () => number): Promise<Finding> {
  const about = 'data';
  try {
    const store = await openEmbeddedStore({ dataDir, now: () => asMillis(wall()) });
    await store.close();
    return { level: 'ok', about, says: `${dataDir} is sound, and no server has it open` };
  } catch (error) {
    if (!(error instanceof StoreRefused)) throw error;
    if (error.message.includes('in use')) return { level: 'ok', about, says: `a running server has ${dataDir} open` };
    return { level: 'fail', about, says: error.message };
  }
}

async function room(dataDir: string): Promise<Finding> {
  const { bavail, bsize, blocks } = await statfs(dataDir);
  const free = bavail * bsize;
  const says = `${Math.round(free / 2 ** 20)} MiB are free on its disk`;
  if (blocks === 0 || free >= LEAST_ROOM) return { level: 'ok', about: 'disk', says };
  return { level: 'warn', about: 'disk', says, todo: 'Make room: when it is full, changes are refused.' };
}

/** One line for each, and what to do below it. */
export function findingsInWords(findings: readonly Finding[]): string {
  return findings
    .map(({ level, about, says, todo }) => {
      const line = `${level.padEnd(5)} ${about.padEnd(12)} ${says}`;
      return todo === undefined ? line : `${line}\n${' '.repeat(19)}→ ${todo}`;
    })
    .join('\n');
}
