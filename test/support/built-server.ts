/**
 * The server in one file with the packages that it uses, made once for a whole run of the tests: from its source by way
 * of tsx a process takes two seconds of processor time to start, from what the build makes one second, most of it for
 * finding 1,300 modules, and so a third of one. What users run is started by test/process/readme.test.ts.
 */
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { makeBrowserFiles } from '../../scripts/browser-files.ts';

const root = join(import.meta.dirname, '../..');
const place = join(root, 'coverage'); // ignored by everything, and lmdb, which is native, is found from here
const scripts = join(root, 'src/store/redis');

export interface BuiltServer {
  /** The program's path. */
  readonly main: string;
  /** The folder with what it serves to browsers, for servers that run from their source. */
  readonly browserFiles: URL;
  remove(): Promise<void>;
}

/** @throws Error with what esbuild says */
export async function buildServer(): Promise<BuiltServer> {
  await mkdir(place, { recursive: true });
  const folder = await mkdtemp(join(place, 'server-'));
  const dist = join(folder, 'dist'); // so called as in the package: browser files are looked for by that name
  const browser = join(dist, 'browser');
  const main = join(dist, 'server/main.js');
  await Promise.all([bundle(main), makeBrowserFiles(browser)]);
  const lua = (await readdir(scripts)).filter((name) => name.endsWith('.lua'));
  await Promise.all(lua.map((name) => cp(join(scripts, name), join(dist, 'server', name))));
  return {
    main,
    browserFiles: pathToFileURL(`${browser}/`),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function bundle(main: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'src/server/main.ts')],
    outfile: main,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['lmdb'],
    ignoreAnnotations: true, // package.json says of dist, not of src, what has side effects
    // For packages that are CommonJS.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    logLevel: 'warning',
  });
}
