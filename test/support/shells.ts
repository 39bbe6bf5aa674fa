import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of a shell that the tests need; a missing one fails the test that needs it. */
export function findShell(name: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder.
    }
  }
  throw new Error(
    `There is no ${name} on the PATH. \`npm test\` installs it as root on Debian; else install it yourself.`,
  );
}
