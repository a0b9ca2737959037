/**
 * The server as the build makes it, once for a whole run of the tests: from its source by way of tsx each start of a
 * process costs twice the processor time. Not in dist/, which `npm start` elsewhere may remove any moment.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const place = join(root, 'coverage'); // ignored by everything, and packages are found from here

export interface BuiltServer {
  /** The program's path. */
  readonly main: string;
  remove(): Promise<void>;
}

/** @throws Error with what the compiler says */
export async function buildServer(): Promise<BuiltServer> {
  await mkdir(place, { recursive: true });
  const folder = await mkdtemp(join(place, 'server-'));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const args = ['-p', 'tsconfig.build.json', '--outDir', folder, '--declaration', 'false', '--declarationMap', 'false'];
  await promisify(execFile)(process.execPath, [compiler, ...args], { cwd: root }).catch((error: unknown) => {
    const says = typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`The server does not compile:\n${says}`, { cause: error });
  });
  const wanted = async (path: string) => /\.(lua|json)$/.test(path) || (await stat(path)).isDirectory();
  await cp(join(root, 'src'), folder, { recursive: true, filter: wanted });
  return { main: join(folder, 'server/main.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
