// Finds or installs bubblewrap, which the tests of the sandbox run commands in.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { canInstallPackages, installPackages } from './lib/debian.mjs';

/**
 * As root on Debian it is installed where it is missing; elsewhere that is a sentence. macOS has its sandbox.
 * @param {{ log?: (line: string) => void }} [options]
 */
export async function ensureSandbox({ log = () => undefined } = {}) {
  if (process.platform !== 'linux' || (await hasBubblewrap())) return;
  if (canInstallPackages()) {
    log('Installing bubblewrap for the tests, once: apt-get install bubblewrap …');
    await installPackages(['bubblewrap']);
    if (await hasBubblewrap()) return;
  }
  throw new Error(
    'The tests of the sandbox need bubblewrap, which was not found. Install it (Debian: sudo apt-get install ' +
      'bubblewrap), and run the same command again.',
  );
}

async function hasBubblewrap() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = folders.map((folder) =>
    access(join(folder, 'bwrap'), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(found)).includes(true);
}
