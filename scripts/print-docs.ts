/**
 * Writes the generated sections of README.md, or of the file named: each stands between `<!-- generated: its name -->`
 * and `<!-- /generated -->`. With --check: writes nothing and exits 1 when one is not what it would write.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CLOSE_CODES, ERRORS } from '../src/graphql/errors.ts';
import { notesOf, VARIABLES } from '../src/server/settings.ts';

const SECTIONS: ReadonlyMap<string, () => string> = new Map([
  ['configuration', configuration],
  ['error codes', errorCodes],
  ['close codes', closeCodes],
]);

const CLOSING = '<!-- /generated -->';
const opening = (name: string) => `<!-- generated: ${name} -->`;
/** Up to the nearest closing marker, and never over another opening one. */
const SECTION = /^<!-- generated: (.+?) -->\n(?:(?!<!-- ).*\n)*?<!-- \/generated -->$/gm;

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const file = positionals[0] ?? join(import.meta.dirname, '../README.md');

try {
  await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const present = await readFile(file, 'utf8');
  const wanted = withSections(present);
  if (wanted === present) return;
  if (values.check) throw new Error(`${file} is not current: run \`npm run docs\` and commit the result.`);
  await writeFile(file, wanted);
}

function withSections(text: string): string {
  const met: string[] = [];
  const filled = text.replace(SECTION, (_, name: string) => {
    met.push(name);
    return `${opening(name)}\n${contentOf(name)}\n${CLOSING}`;
  });
  for (const name of SECTIONS.keys()) {
    const times = met.filter((each) => each === name).length;
    if (times !== 1) {
      const marked = `${opening(name)} ... ${CLOSING}`;
      throw new Error(`${file} must have one section ${marked}, each marker on a line of its own; it has ${times}.`);
    }
  }
  return filled;
}

function contentOf(name: string): string {
  const make = SECTIONS.get(name);
  if (make === undefined) throw new Error(`${file} has a section nobody generates: ${opening(name)}`);
  return make();
}

function configuration(): string {
  const rows = VARIABLES.map((variable) => {
    const { default: fallback, defaultMeans, unit, allowed, meaning } = notesOf(variable);
    const stands =
      fallback === null ? (defaultMeans ?? 'unset') : `\`${fallback}\`${unit === undefined ? '' : ` ${unit}`}`;
    return [`\`${variable}\``, stands, meaning, allowed];
  });
  return table(['Variable', 'Default', 'Meaning', 'Allowed'], rows);
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
