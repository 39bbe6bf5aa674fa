// Finds or installs the shells that the tests of commands run in: fish and zsh beside bash and sh.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { canInstallPackages, installPackages } from './lib/debian.mjs';

const SHELLS = ['bash', 'sh', 'zsh', 'fish'];

/**
 * As root on Debian a missing shell is installed; elsewhere it is a sentence.
 * @param {{ log: (line: string) => void }} options
 */
export async function ensureShells({ log }) {
  let missing = await findMissing();
  if (missing.length > 0 && canInstallPackages()) {
    log(`Installing shells for the tests, once: apt-get install ${missing.join(' ')} …`);
    await installPackages(missing);
    missing = await findMissing();
  }
  if (missing.length === 0) return;
  throw new Error(
    `The tests of commands need the shells ${missing.join(' and ')}, which were not found. Install them (Debian: ` +
      `sudo apt-get install ${missing.join(' ')}; macOS: brew install ${missing.join(' ')}), and run the same command again.`,
  );
}

async function findMissing() {
  const found = await Promise.all(SHELLS.map(isOnPath));
  return SHELLS.filter((_, at) => !found[at]);
}

async function isOnPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
