import { defineConfig } from 'vitest/config';

/** Folders of tests that run their servers, Redises and browsers as processes of their own, and mostly wait for them. */
const PROCESSES = [
  ...['browser', 'cluster', 'examples', 'faults', 'process', 'store'].map((folder) => `test/${folder}/**/*.test.ts`),
  'test/api/large-room.test.ts', // asks as much of Redis as it gives, which on a busy machine it gives late
];

/** They take all the processor time there is, which others that live by real clocks would be late by. */
const FUZZ = 'test/fuzz/**/*.test.ts';

/** They measure the memory of their process, so each has one of its own. */
const MEASURED = ['test/api/slow-reader.test.ts'];
const DIFFERENTIAL = 'test/differential/**/*.test.ts';

// Vitest sets NODE_ENV=test, and Yoga then pings its server-sent event streams every 300 ms instead of
// every 12 s: a test that reads such a stream must skip lines that start with a colon.
export default defineConfig({
  // Node takes graphql's CommonJS entry, Vite would take its other one: two GraphQLErrors that are no instances of each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/set-up.ts'],
    isolate: false, // loading the server takes a second, which every file would otherwise pay for again
    reporters: ['default', './test/support/closing-line.ts'],
    pool: 'forks',
    maxWorkers: 4,
    testTimeout: 30_000, // 30 s
    hookTimeout: 30_000, // 30 s: a hook may start a server process or a browser
    projects: [
      {
        extends: true,
        // They live by real clocks, failovers and kills; on a machine that is busy with something else one may be late.
        test: { name: 'processes', include: PROCESSES, retry: 1 },
      },
      // It replaces a module of the server, and is never tried again: what it finds once is there.
      { extends: true, test: { name: 'differential', include: [DIFFERENTIAL], isolate: true } },
      {
        extends: true,
        test: {
          name: 'in process',
          include: ['test/**/*.test.ts'],
          exclude: [...PROCESSES, ...MEASURED, DIFFERENTIAL, FUZZ],
        },
      },
      {
        extends: true,
        test: { name: 'measured', include: MEASURED, isolate: true, retry: 1 },
      },
      { extends: true, test: { name: 'fuzz', include: [FUZZ], retry: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
