import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { findProgram } from './program.ts';

/**
 * Installs Debian packages when that needs nobody's answer: as root, or in CI through a `sudo` that asks for no
 * password. Does nothing on other systems, and leaves it to the caller to see that the program is still missing.
 * @throws Error with apt's own output when the installation was tried and failed.
 */
export async function installDebianPackages(packages: readonly string[]): Promise<void> {
  const root = process.getuid?.() === 0;
  const sudo = process.env.CI ? findProgram(['sudo']) : undefined;
  if (!findProgram(['apt-get']) || !(root || sudo)) return;

  process.stdout.write(`Installing ${packages.join(' and ')} for the tests with apt-get (once; may take a minute)\n`);
  const command = [...(root ? [] : ['sudo', '-n']), 'sh', '-c', INSTALL, 'install', ...packages];
  const { code, output } = await run(command);
  if (code !== 0) throw new Error(`apt-get could not install ${packages.join(' and ')} (exit ${code}):\n${output}`);
}

// policy-rc.d is Debian's switch for "install, but start no service": without it a Redis would stay behind on 6379.
// The lock is for two test runs on one machine; apt's own waits for dpkg but not for the package lists.
const INSTALL = `
set -eu
export DEBIAN_FRONTEND=noninteractive
exec 9>/run/presence-server-tests.lock
flock 9
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' >"$policy"
  chmod 755 "$policy"
fi
apt-get -o DPkg::Lock::Timeout=120 update -q
apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends "$@" 9>&-
`;

async function run([program = '', ...args]: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, output: out + err };
}
