/**
 * What modules of the tests let go of when a test, or a file of tests, is over. A worker keeps its modules from one file
 * to the next, because loading the server takes a second; hooks of a module's own would be those of the first file alone.
 */
import { afterAll, afterEach, beforeEach } from 'vitest';

export interface Endings {
  readonly beforeTest?: () => void;
  readonly afterTest?: () => void | Promise<void>;
  readonly afterFile?: () => void | Promise<void>;
}

const all: Endings[] = [];

/** For the rest of the run, those registered last first. */
export function onEndings(endings: Endings): void {
  all.unshift(endings);
}

/** For each file of tests: what vitest calls a set-up file does. */
export function hookEndings(): void {
  beforeEach(() => {
    for (const { beforeTest } of all) beforeTest?.();
  });
  afterEach(async () => {
    for (const { afterTest } of all) await afterTest?.();
  });
  afterAll(async () => {
    for (const { afterFile } of all) await afterFile?.();
  });
}
