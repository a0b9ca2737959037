/** Exits 1 when what the SDK, or the elements with it, add to a page is more than it may be, or cannot be left out where it is not used. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const LIMIT = 12_000; // bytes, of everything, gzipped
const LEAST_LIMIT = 700; // bytes, of a single small export
const ELEMENTS_LIMIT = 24_000; // bytes, of the SDK with all elements, gzipped
const root = join(import.meta.dirname, '..');

const whole = await bundle("export * from './src/client/index.ts';");
const least = await bundle("export { PresenceError } from './src/client/index.ts';");
const elements = await bundle("export * from './src/client/elements/browser.ts';");
const foreign = [...whole.inputs, ...elements.inputs].filter(
  (file) => !file.startsWith('src/client/') && file !== '<stdin>',
);

process.stdout.write(
  `client: ${whole.gzipped} bytes gzipped (${whole.bytes} minified), at most ${LIMIT}; of it PresenceError alone: ${least.bytes} minified\n`,
);
if (whole.gzipped > LIMIT) fail(`It has more than ${LIMIT} bytes.`);
process.stdout.write(`with the elements: ${elements.gzipped} bytes gzipped, at most ${ELEMENTS_LIMIT}\n`);
if (elements.gzipped > ELEMENTS_LIMIT) fail(`The elements have more than ${ELEMENTS_LIMIT} bytes.`);
if (least.bytes > LEAST_LIMIT) fail('Importing one small thing brings in what it does not need.');
if (foreign.length > 0) fail(`It is to need nobody else, but brings in ${foreign.join(', ')}.`);

async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    ignoreAnnotations: contents.includes('elements'), // package.json says of dist, not of src, what has side effects
    metafile: true,
    write: false,
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return { bytes: code.length, gzipped: gzipSync(code, { level: 9 }).length, inputs: Object.keys(metafile.inputs) };
}

function fail(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
}
