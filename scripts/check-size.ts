/** Exits 1 when what the SDK adds to a page is more than it may be, or cannot be left out where it is not used. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const LIMIT = 12_000; // bytes, of everything, gzipped
const LEAST_LIMIT = 700; // bytes, of a single small export
const root = join(import.meta.dirname, '..');

const whole = await bundle("export * from './src/client/index.ts';");
const least = await bundle("export { PresenceError } from './src/client/index.ts';");
const foreign = whole.inputs.filter((file) => !file.startsWith('src/client/') && file !== '<stdin>');

process.stdout.write(
  `client: ${whole.gzipped} bytes gzipped (${whole.bytes} minified), at most ${LIMIT}; of it PresenceError alone: ${least.bytes} minified\n`,
);
if (whole.gzipped > LIMIT) fail(`It has more than ${LIMIT} bytes.`);
if (least.bytes > LEAST_LIMIT) fail('Importing one small thing brings in what it does not need.');
if (foreign.length > 0) fail(`It is to need nobody else, but brings in ${foreign.join(', ')}.`);

async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
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
