import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSmallRepository } from '../smallRepository.js';
import type { HostProfile } from './profiles.js';

/** What a profile's window opens: a folder, or a `.code-workspace` file. The caller removes all that was made. */
export async function makeProfileFolders(profile: HostProfile): Promise<{ open: string; made: string[] }> {
  const first = await makeSmallRepository();
  if (profile !== 'roots') return { open: first, made: [first] };
  const second = await makeSmallRepository({
    'src/page.mjs': "export const page = 'page';\n",
    'src/use.mjs': "import { page } from './page.mjs';\n\nconsole.log(page);\n",
  });
  const place = await realpath(await mkdtemp(join(tmpdir(), 'baleen-workspace-')));
  const file = join(place, 'two.code-workspace');
  const folders = [{ path: first }, { path: second, name: 'web' }];
  await writeFile(file, JSON.stringify({ folders }));
  return { open: file, made: [first, second, place] };
}
