/**
 * Writes the generated sections of the documentation: each stands between `<!-- generated: its name -->` and
 * `<!-- /generated -->`. With --check: writes nothing and exits 1 when one is not what it would write.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CLOSE_CODES, ERRORS } from '../src/graphql/errors.ts';
import { MAX_PAGE } from '../src/graphql/page.ts';
import { MAX_ICS } from '../src/hub/calendar-text.ts';
import { LIMIT_NAMES, LIMITS } from '../src/hub/limits.ts';
import { UPSERT_LIMIT } from '../src/hub/people.ts';
import { MAX_CALENDARS, MAX_STRETCHES } from '../src/presence/calendar.ts';
import { MAX_CHANNEL_MEMBERS } from '../src/presence/channel.ts';
import { SITE_ID_LIMIT, USER_ID_LIMIT } from '../src/presence/ids.ts';
import { MAX_CLAIMS, MAX_PLANNED, MAX_SESSIONS } from '../src/presence/record.ts';
import { LABEL_LIMIT, MAX_ROOM_ENTRIES, ROOM_KEY_LIMIT } from '../src/presence/room.ts';
import { MAX_CUSTOM_STATUSES, MAX_TYPES_WITHOUT_PRESENCE } from '../src/presence/site.ts';
import { TEXT_LIMIT } from '../src/presence/text.ts';
import { notesOf, VARIABLES, type Variable } from '../src/server/settings.ts';

type Sections = ReadonlyMap<string, () => string>;

const FILES: ReadonlyMap<string, Sections> = new Map([
  [
    'README.md',
    new Map([
      ['configuration', configuration],
      ['error codes', errorCodes],
      ['close codes', closeCodes],
    ]),
  ],
  [
    'docs/limits.md',
    new Map([
      ['limits', limits],
      ['times', times],
      ['fixed limits', fixedLimits],
    ]),
  ],
]);

const CLOSING = '<!-- /generated -->';
const opening = (name: string) => `<!-- generated: ${name} -->`;
/** Up to the nearest closing marker, and never over another opening one. */
const SECTION = /^<!-- generated: (.+?) -->\n(?:(?!<!-- ).*\n)*?<!-- \/generated -->$/gm;

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });

try {
  for (const [file, sections] of FILES) await renew(file, sections);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function renew(file: string, sections: Sections): Promise<void> {
  const path = join(import.meta.dirname, '..', file);
  const present = await readFile(path, 'utf8');
  const wanted = withSections(file, present, sections);
  if (wanted === present) return;
  if (values.check) throw new Error(`${file} is not current: run \`npm run docs\` and commit the result.`);
  await writeFile(path, wanted);
}

function withSections(file: string, text: string, sections: Sections): string {
  const met: string[] = [];
  const filled = text.replace(SECTION, (_, name: string) => {
    met.push(name);
    const make = sections.get(name);
    if (make === undefined) throw new Error(`${file} has a section nobody generates: ${opening(name)}`);
    return `${opening(name)}\n${make()}\n${CLOSING}`;
  });
  for (const name of sections.keys()) {
    const times = met.filter((each) => each === name).length;
    if (times !== 1) {
      const marked = `${opening(name)} ... ${CLOSING}`;
      throw new Error(`${file} must have one section ${marked}, each marker on a line of its own; it has ${times}.`);
    }
  }
  return filled;
}

/** Limits have a page of their own. */
function configuration(): string {
  const isLimit = (variable: string) => LIMIT_NAMES.some((name) => LIMITS[name].variable === variable);
  return settings(VARIABLES.filter((variable) => !isLimit(variable)));
}

function times(): string {
  return settings(['PRESENCE_INIT_TIME', 'PRESENCE_PING_INTERVAL', 'PRESENCE_HEARTBEAT_TTL', 'PRESENCE_NODE_LEASE']);
}

function settings(variables: readonly Variable[]): string {
  const rows = variables.map((variable) => {
    const { default: fallback, defaultMeans, unit, allowed, meaning } = notesOf(variable);
    const stands =
      fallback === null ? (defaultMeans ?? 'unset') : `\`${fallback}\`${unit === undefined ? '' : ` ${unit}`}`;
    return [`\`${variable}\``, stands, meaning, allowed];
  });
  return table(['Variable', 'Default', 'Meaning', 'Allowed'], rows);
}

function limits(): string {
  const rows = LIMIT_NAMES.map((name) => {
    const { variable, meaning, reached, least, most, ...others } = LIMITS[name];
    const unit = 'unit' in others ? ` ${others.unit}` : '';
    return [`\`${variable}\``, `${others.default}${unit}`, `${least} to ${most}`, meaning, reached];
  });
  return table(['Variable', 'Default', 'Range', 'Meaning', 'When it is reached'], rows);
}

function fixedLimits(): string {
  const rows: readonly (readonly [what: string, most: number | string, reached: string])[] = [
    ['Sessions of a person', MAX_SESSIONS, '`SESSION_LIMIT_EXCEEDED`; on connecting, close code 1013'],
    ['Rooms of a person, over all sessions', MAX_ROOM_ENTRIES, '`ROOM_LIMIT_EXCEEDED`'],
    ['Planned statuses of a person', MAX_PLANNED, '`BAD_USER_INPUT`'],
    ['Calls and meetings of a person, told by `setClaim`', MAX_CLAIMS, '`BAD_USER_INPUT`'],
    ['Calendars of a person', MAX_CALENDARS, '`BAD_USER_INPUT`'],
    ['Stretches of being busy of a person in 60 days', MAX_STRETCHES, '`BAD_USER_INPUT`'],
    ['Bytes of a calendar', MAX_ICS, '`BAD_USER_INPUT`'],
    ['Characters of a status text, as people count them', TEXT_LIMIT, '`STATUS_TEXT_TOO_LONG`'],
    ['Characters of a user id', USER_ID_LIMIT, '`BAD_USER_INPUT`'],
    ['Characters of a site', SITE_ID_LIMIT, '`UNAUTHENTICATED`'],
    ['Characters of a room’s key', ROOM_KEY_LIMIT, '`BAD_USER_INPUT`'],
    ['Characters of a label in a room', LABEL_LIMIT, '`BAD_USER_INPUT`'],
    ['Bytes of a JSONObject', '2048, 5 levels deep', '`BAD_USER_INPUT`'],
    ['Items of a page', MAX_PAGE, '`BAD_USER_INPUT`'],
    ['People in one `upsertUsers`', UPSERT_LIMIT, '`USER_LIMIT_EXCEEDED`'],
    ['Members of a channel', MAX_CHANNEL_MEMBERS, '`USER_LIMIT_EXCEEDED`'],
    ['Custom statuses of a site', MAX_CUSTOM_STATUSES, '`BAD_USER_INPUT`'],
    ['Types of channel without presence, of a site', MAX_TYPES_WITHOUT_PRESENCE, '`BAD_USER_INPUT`'],
  ];
  return table(
    ['What', 'Most', 'When it is reached'],
    rows.map(([what, most, reached]) => [what, String(most), reached]),
  );
}

function errorCodes(): string {
  const rows = Object.entries(ERRORS).map(([code, kind]) => [
    `\`${code}\``,
    kind.meaning,
    kind.retryable ? 'yes' : 'no',
    'extensions' in kind ? kind.extensions : '',
  ]);
  return table(['`extensions.code`', 'Meaning', '`retryable`', 'Also in `extensions`'], rows);
}

function closeCodes(): string {
  const rows = Object.entries(CLOSE_CODES).map(([code, meaning]) => [code, meaning]);
  return table(['Close code', 'Meaning'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
