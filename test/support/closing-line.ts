import { writeSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one line that machines can read: `12 passed, 0 failed`, with `, 1 skipped` when some were.
 * Whatever else makes a run fail (a file that does not load, a hook, an error outside any test, a global setup that
 * gives up) counts as a failure too, so that the line never says `0 failed` over a red run.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const { passed, failed, skipped } = tally(modules, unhandledErrors);
    // Other reporters and the teardown still print after this; only at exit is a line the last one.
    process.once('exit', (code) => {
      const failures = failed === 0 && code !== 0 ? 1 : failed;
      writeSync(1, `${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
    });
  }
}

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function tally(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Tally {
  const states = modules.flatMap((module) => [...module.children.allTests()]).map((test) => test.result().state);
  const count = (state: (typeof states)[number]): number => states.filter((each) => each === state).length;
  const outsideTests = modules.flatMap((module) => [module, ...module.children.allSuites()]).flatMap((s) => s.errors());
  return {
    passed: count('passed'),
    failed: count('failed') + outsideTests.length + unhandledErrors.length,
    skipped: count('skipped') + count('pending'),
  };
}
