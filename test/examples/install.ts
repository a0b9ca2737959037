/** The examples' own packages, which nobody needs who only installs the server. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackages } from '../support/debian.ts';
import { findProgram } from '../support/program.ts';
import { ROOT } from '../support/server-process.ts';

export const EXAMPLES = join(ROOT, 'examples');

/** Does nothing when they are there. @throws Error that says what could not be installed, and why. */
export async function installExamples(): Promise<void> {
  if (!findProgram(['curl'])) await installDebianPackages(['curl']);
  if (!findProgram(['curl'])) throw new Error('The test of the examples needs curl. Install it.');
  if (await upToDate()) return;
  process.stdout.write('Installing the packages of examples/ (once; takes some seconds)\n');
  const args = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', args, { cwd: EXAMPLES }).catch((cause) => {
    throw new Error(`The packages of examples/ could not be installed, so nothing of it was tested. ${cause}`);
  });
}

/** Whether what is there is what package-lock.json says; those that are optional may be for other systems. */
async function upToDate(): Promise<boolean> {
  const installed = join(EXAMPLES, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const [had, wanted] = await Promise.all([packagesIn(installed), packagesIn(join(EXAMPLES, 'package-lock.json'))]);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || had[path]?.version === version,
  );
}

type Packages = Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;

async function packagesIn(lockFile: string): Promise<Packages> {
  return JSON.parse(await readFile(lockFile, 'utf8')).packages;
}
