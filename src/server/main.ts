#!/usr/bin/env node
/** The command: runs the server, or does one of the errands that command-line.ts tells of. */
import { StoreRefused } from '../store/store.ts';
import { readCommandLine, USAGE } from './command-line.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { examine, findingsInWords } from './doctor.ts';
import { inspect, inWords } from './inspect.ts';
import { CannotListen } from './listen.ts';
import { createLogger } from './log.ts';
import { GRAPHQL_PATH, start } from './start.ts';

const WRONGLY_CALLED = 2; // exit code, as shells have it

async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2));
  switch (command.kind) {
    case 'serve':
      return serve();
    case 'help':
      return print(USAGE);
    case 'inspect': {
      const found = await inspect(readConfig(process.env), command.person);
      return print(command.json ? JSON.stringify(found, null, 2) : inWords(found));
    }
    case 'doctor': {
      const findings = await examine(process.env);
      print(command.json ? JSON.stringify(findings, null, 2) : findingsInWords(findings));
      if (findings.some(({ level }) => level === 'fail')) process.exitCode = 1;
      return;
    }
    case 'wrong':
      process.stderr.write(`${command.problem}\n\n${USAGE}`);
      process.exitCode = WRONGLY_CALLED;
      return;
    default:
      command satisfies never;
  }
}

const print = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

/** Says where it listens, and stops on SIGTERM and SIGINT. */
async function serve(): Promise<void> {
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
  log.info({ url: running.url, metrics: running.metricsUrl }, 'listening');
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
