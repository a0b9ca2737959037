/** What the command is told to do, from its arguments. Everything else it reads from the environment. */
import { parseArgs } from 'node:util';
import { asSiteId, asUserId, type Person, siteIdProblem, userIdProblem } from '../presence/ids.ts';

export type Command =
  | { readonly kind: 'serve' }
  | { readonly kind: 'help' }
  | { readonly kind: 'inspect'; readonly person: Person; readonly json: boolean }
  | { readonly kind: 'doctor'; readonly json: boolean }
  /** `problem` is a sentence. */
  | { readonly kind: 'wrong'; readonly problem: string };

export const USAGE = `presence-server                      runs the server
presence-server inspect <user>       what the store knows of a person, and why others see what they see
    --site <site>                    of this site; "default" unless given
    --json                           as JSON
presence-server doctor               whether Redis, or the data directory, is fit for the service;
                                     exits with 1 when something is wrong
    --json                           as JSON
presence-server --help               this

All of them read the same environment variables; README.md has the list. inspect and doctor read and change nothing
of the service, and may run beside it. inspect shows the hidden too: it is for whoever may read the store anyway.
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  site: { type: 'string' },
} as const;

export function readCommandLine(args: readonly string[]): Command {
  const parsed = parse(args);
  if (typeof parsed === 'string') return wrong(parsed);
  const { values, positionals } = parsed;
  const { help = false, json = false, site } = values;
  const [command = 'serve', ...rest] = positionals;
  if (help) return { kind: 'help' };
  if (site !== undefined && command !== 'inspect') return wrong('--site belongs to inspect.');
  if (json && command === 'serve') return wrong('--json belongs to inspect and doctor.');
  switch (command) {
    case 'serve':
      return rest.length === 0 ? { kind: 'serve' } : wrong('serve takes nothing else.');
    case 'inspect':
      return rest.length === 1
        ? inspection(rest[0] ?? '', site ?? 'default', json)
        : wrong('inspect takes one user id.');
    case 'doctor':
      return rest.length === 0 ? { kind: 'doctor', json } : wrong('doctor takes nothing else.');
    default:
      return wrong(`${JSON.stringify(command)} is no command.`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function inspection(user: string, site: string, json: boolean): Command {
  const problem = userIdProblem(user);
  if (problem !== null) return wrong(`The user id ${problem}.`);
  const siteProblem = siteIdProblem(site);
  if (siteProblem !== null) return wrong(`The site ${siteProblem}.`);
  return { kind: 'inspect', person: { user: asUserId(user), site: asSiteId(site) }, json };
}

const wrong = (problem: string): Command => ({ kind: 'wrong', problem });
