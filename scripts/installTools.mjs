// Finds or installs the programs of the system that the tests start.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { canInstallPackages, installPackages } from './lib/debian.mjs';

/** The shells that commands are tried in, what confines them on Linux, and what shows that nothing of ours did anything. */
const TOOLS = [
  { program: 'bash', package: 'bash' },
  { program: 'sh', package: 'dash' },
  { program: 'zsh', package: 'zsh' },
  { program: 'fish', package: 'fish' },
  { program: 'bwrap', package: 'bubblewrap', platform: 'linux' },
  { program: 'strace', package: 'strace', platform: 'linux' },
];

/**
 * As root on Debian what is missing is installed; elsewhere it is a sentence.
 * @param {{ log?: (line: string) => void }} [options]
 */
export async function ensureTools({ log = () => undefined } = {}) {
  let missing = await findMissing();
  if (missing.length > 0 && canInstallPackages()) {
    const packages = missing.map((tool) => tool.package);
    log(`Installing programs for the tests, once: apt-get install ${packages.join(' ')} …`);
    await installPackages(packages);
    missing = await findMissing();
  }
  if (missing.length === 0) return;
  const programs = missing.map((tool) => tool.program).join(' and ');
  const packages = missing.map((tool) => tool.package).join(' ');
  throw new Error(
    `The tests need ${programs}, which were not found. Install them (Debian: sudo apt-get install ${packages}; ` +
      `macOS: brew install ${packages}), and run the same command again.`,
  );
}

async function findMissing() {
  const wanted = TOOLS.filter(({ platform }) => platform === undefined || platform === process.platform);
  const found = await Promise.all(wanted.map(({ program }) => isOnPath(program)));
  return wanted.filter((_, at) => !found[at]);
}

async function isOnPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = folders.map((folder) =>
    access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(found)).includes(true);
}
