#!/usr/bin/env node
/** The command: reads the environment, starts, says where, and stops on SIGTERM and SIGINT. */
import { StoreRefused } from '../store/store.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { createLogger } from './log.ts';
import { CannotListen, GRAPHQL_PATH, start } from './start.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel);
  const starting = start(config, { log });
  // Before it listens: a signal while it starts is not to be lost, as it would be for the first process of a container.
  const stop = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'stopping');
    starting
      .then((running) => running.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'stopping failed');
          process.exit(1);
        },
      );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const running = await starting;
  process.stdout.write(greeting(running.url, config));
  log.info({ url: running.url }, 'listening');
}

function greeting(url: string, config: Config): string {
  const lines = [`Presence is on ${url}${GRAPHQL_PATH}`];
  if (config.auth.mode === 'development') lines.push(`  A team       open ${url}/ in a browser, and be one of it`);
  if (config.graphiql) lines.push(`  GraphiQL     open ${url}${GRAPHQL_PATH} in a browser`);
  if (config.adminPage) lines.push(`  Administer   open ${url}/admin`);
  if (config.auth.mode === 'development') {
    lines.push(
      '  Tokens       Authorization: Bearer dev:ada   (or dev:<userId>, dev:<userId>:admin, dev:<userId>:<role>:<site>)',
      '  DEVELOPMENT MODE: everybody is believed to be who they say. Set JWT_SECRET or JWKS_URL to change that.',
    );
  }
  return `\n${lines.join('\n')}\n\n`;
}

main().catch((error: unknown) => {
  const expected = [ConfigError, StoreRefused, CannotListen].some((kind) => error instanceof kind);
  const says = error instanceof Error ? (expected ? error.message : error.stack) : String(error);
  process.stderr.write(`${says}\n`);
  process.exit(1);
});
