/** Exits 1 when what `npm run codegen` writes is not, byte for byte, what it would write now. Writes nothing. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import config from '../codegen.ts';

const root = join(import.meta.dirname, '..');
const folders = ['src/client/generated', 'src/pages/generated', 'test/generated'].map((folder) => join(root, folder));

const wanted = await generated();
const present = await written();
const stale = [...new Set([...wanted.keys(), ...present.keys()])].filter((at) => wanted.get(at) !== present.get(at));

if (stale.length > 0) {
  const names = stale.map((path) => relative(root, path)).sort();
  process.stderr.write(`Not current: ${names.join(', ')}. Run \`npm run codegen\` and commit the result.\n`);
  process.exitCode = 1;
}

async function generated(): Promise<Map<string, string>> {
  const files: readonly { filename: string; content: string }[] = await generate(
    { ...config, cwd: root, silent: true },
    false,
  );
  return new Map(files.map((file) => [join(root, file.filename), file.content]));
}

async function written(): Promise<Map<string, string>> {
  const paths = await Promise.all(folders.map(pathsIn));
  const contents = paths.flat().map(async (path) => [path, await readFile(path, 'utf8')] as const);
  return new Map(await Promise.all(contents));
}

async function pathsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.map((name) => join(folder, name));
}
