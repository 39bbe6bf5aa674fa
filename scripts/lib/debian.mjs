// Installs packages of Debian, where that can be done without asking: as root.
import { existsSync } from 'node:fs';
import { runQuietly } from './processes.mjs';

export function canInstallPackages() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** @param {string[]} packages */
export async function installPackages(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  await runQuietly('apt-get', [...apt, 'update'], { env });
  await runQuietly('apt-get', [...apt, 'install', '-y', '--no-install-recommends', ...packages], { env });
}
