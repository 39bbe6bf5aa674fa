import { listRepository, type ListedFile, type RepositoryPorts } from './listing.js';
import { comparePaths } from './paths.js';
import { areNamed, belongsFurtherIn, rootOf, spellingsOf, underName, type Roots } from './roots.js';
import { isSecretName } from './secretFiles.js';

/**
 * What `listRepository` lists in each root, by workspace path. A file of a root inside another is the inner one's alone;
 * a folder that is gone has no files. With `only`, no other paths are looked at.
 */
export async function listWorkspace(
  ports: RepositoryPorts,
  roots: Roots,
  signal?: AbortSignal,
  only?: readonly string[],
): Promise<ListedFile[]> {
  if (!areNamed(roots)) return listRepository(ports, roots[0].folder, signal, only);
  const listed: ListedFile[] = [];
  for (const root of roots) {
    const wanted = only
      ?.filter((path) => rootOf(roots, path) === root && path !== root.name)
      .map((path) => path.slice(root.name.length + 1));
    if (wanted?.length === 0) continue;
    if ((await ports.files.lstat(root.folder))?.kind !== 'directory') {
      ports.log.warn(`${root.folder} is gone; its files are left out until it is there again.`);
      continue;
    }
    const isOthers = belongsFurtherIn(roots, root);
    for (const file of await listRepository(ports, root.folder, signal, wanted)) {
      if (!isOthers(file.path)) listed.push(checkName(roots, { ...file, path: underName(root, file.path) }));
    }
  }
  return listed.sort((a, b) => comparePaths(a.path, b.path));
}

/** From its root on, `credentials` is just a name; where the root is `.aws`, it is not. */
function checkName(roots: Roots, file: ListedFile): ListedFile {
  if (file.withheld !== undefined || !spellingsOf(roots, file.path).some(isSecretName)) return file;
  return { ...file, withheld: 'secret file' };
}
