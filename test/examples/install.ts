/** The examples' own packages, which nobody needs who only installs the server. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
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

/** Whether what was installed last was installed from the present lock file. */
async function upToDate(): Promise<boolean> {
  const installed = join(EXAMPLES, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const [had, has] = await Promise.all([stat(installed), stat(join(EXAMPLES, 'package-lock.json'))]);
  return had.mtimeMs >= has.mtimeMs;
}
