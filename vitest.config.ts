import { defineConfig } from 'vitest/config';

// Vitest sets NODE_ENV=test, and Yoga then pings its server-sent event streams every 300 ms instead of
// every 12 s: a test that reads such a stream must skip lines that start with a colon.
export default defineConfig({
  // Node takes graphql's CommonJS entry, Vite would take its other one: two GraphQLErrors that are no instances of each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 15_000, // 15 s
    hookTimeout: 30_000, // 30 s: a hook may start a server process or a browser
  },
});
