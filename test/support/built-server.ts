/**
 * The server as the build makes it, once for a whole run of the tests: from its source by way of tsx each start of a
 * process costs twice the processor time. Not in dist/, which `npm start` elsewhere may remove any moment.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { makeBrowserFiles } from '../../scripts/browser-files.ts';

const root = join(import.meta.dirname, '../..');
const place = join(root, 'coverage'); // ignored by everything, and packages are found from here

export interface BuiltServer {
  /** The program's path. */
  readonly main: string;
  /** The folder with what it serves to browsers, for servers that run from their source. */
  readonly browserFiles: URL;
  remove(): Promise<void>;
}

/** @throws Error with what the compiler says */
export async function buildServer(): Promise<BuiltServer> {
  await mkdir(place, { recursive: true });
  const folder = await mkdtemp(join(place, 'server-'));
  const dist = join(folder, 'dist'); // so called as in the package: browser files are looked for by that name
  const browser = join(dist, 'browser');
  await Promise.all([compile(dist), makeBrowserFiles(browser)]);
  const wanted = async (path: string) => /\.(lua|json)$/.test(path) || (await stat(path)).isDirectory();
  await cp(join(root, 'src'), dist, { recursive: true, filter: wanted });
  return {
    main: join(dist, 'server/main.js'),
    browserFiles: pathToFileURL(`${browser}/`),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function compile(dist: string): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const args = ['-p', 'tsconfig.build.json', '--outDir', dist, '--declaration', 'false', '--declarationMap', 'false'];
  await promisify(execFile)(process.execPath, [compiler, ...args], { cwd: root }).catch((error: unknown) => {
    const says = typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`The server does not compile:\n${says}`, { cause: error });
  });
}
