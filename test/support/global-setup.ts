/**
 * The outside programs that tests run against: a real Redis and a real Chromium.
 *
 * Each comes from the environment (REDIS_URL, CHROMIUM_PATH), else from PATH, else from the system's package
 * manager where that needs no question. When none of these works the run fails and says what to install:
 * tests that silently skip themselves would pass where nothing was checked.
 */
import type { TestProject } from 'vitest/node';
import { buildServer } from './built-server.ts';
import { installDebianPackages } from './debian.ts';
import { findProgram } from './program.ts';
import { assertAnswers, REDIS_NAMES, startRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis that answers. It is shared: a test that writes keys gives them a prefix of its own. */
    redisUrl: string;
    /** The Chromium executable for `launchBrowser`. */
    chromiumPath: string;
    /** The server's program, compiled: what `startProcess` runs. */
    serverProgram: string;
    /** The folder, as a URL, with what that program serves to browsers: for servers in the tests' own process. */
    browserFiles: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await installMissing();
  project.provide('chromiumPath', chromiumProgram());
  const built = await buildServer();
  project.provide('serverProgram', built.main);
  project.provide('browserFiles', built.browserFiles.href);
  const stopRedis = await provideRedis(project);
  return async () => {
    await Promise.all([stopRedis(), built.remove()]);
  };
}

async function provideRedis(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.REDIS_URL;
  if (given) {
    await assertAnswers(given);
    project.provide('redisUrl', given);
    return async () => {};
  }
  const redis = await startRedis();
  project.provide('redisUrl', redis.url);
  return redis.stop;
}

async function installMissing(): Promise<void> {
  const missing: string[] = [];
  if (!process.env.REDIS_URL && !findProgram(REDIS_NAMES)) missing.push('redis-server');
  if (!process.env.CHROMIUM_PATH && !findProgram(CHROMIUM_NAMES)) missing.push('chromium');
  if (missing.length > 0) await installDebianPackages(missing);
}

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function chromiumProgram(): string {
  const path = process.env.CHROMIUM_PATH || findProgram(CHROMIUM_NAMES);
  if (path) return path;
  throw new Error(
    'The tests need Chromium. Install it (Debian, Ubuntu: `apt-get install chromium`; macOS: `brew install --cask ' +
      'chromium`) or set CHROMIUM_PATH to a Chromium or Chrome executable.',
  );
}
