/** What a newcomer would ask first; it stands in a session's first message, at the tail, never before the pack. */
import type { Root } from '../../protocol/pack.js';
import type { Host } from '../host.js';
import type { Packer } from '../pack/packer.js';
import { areNamed, underName, type Roots } from '../repository/roots.js';
import { encodeView } from '../view/codec.js';

export async function describeSurroundings(host: Host, roots: Roots, packer: Pick<Packer, 'list'>): Promise<string> {
  const named = [manifest, ...commandsByFile.map(({ path }) => path)];
  const { files } = await packer.list({ paths: roots.flatMap((root) => named.map((path) => underName(root, path))) });
  const paths = new Set(files.filter(({ withheld }) => withheld === undefined).map(({ path }) => path));
  const lines = [`date: ${new Date(host.clock.now()).toISOString().slice(0, 10)}`, `platform: ${host.platform}`];
  if (!areNamed(roots)) lines.push(...(await describeRoot(host, roots[0], paths)));
  else {
    lines.push(`workspace folders: ${roots.map(({ name }) => name).join(', ')}; paths begin with one of these names`);
    lines.push(`commands run in ${roots[0].name} unless cwd names another folder`);
    for (const root of roots) lines.push(`${root.name}: ${(await describeRoot(host, root, paths)).join('; ')}`);
  }
  return encodeView(lines.join('\n')).view;
}

async function describeRoot(host: Host, root: Root, paths: ReadonlySet<string>): Promise<string[]> {
  const branch = await readBranch(host, root.folder);
  const commands = await findCommands(host, root, paths);
  return [
    branch === undefined ? 'git: not a git repository' : `git branch: ${branch}`,
    ...(commands.length > 0 ? [`commands found: ${commands.join(', ')}`] : []),
  ];
}

async function readBranch(host: Host, root: string): Promise<string | undefined> {
  const answer = await host.git.run(root, ['rev-parse', '--abbrev-ref', 'HEAD']).catch(() => undefined);
  // Without git on the machine a session works all the same.
  if (answer === undefined) return undefined;
  const { exitCode, stdout } = answer;
  const name = Buffer.from(stdout).toString('utf8').trim();
  if (exitCode === 0) return name;
  return name === 'HEAD' ? '(no commit yet)' : undefined;
}

/** Build, lint and test commands by the files that usually mean them; a guess that the model may use. */
const manifest = 'package.json';
const commandsByFile: readonly { path: string; commands: readonly string[] }[] = [
  { path: 'Cargo.toml', commands: ['cargo build', 'cargo test'] },
  { path: 'go.mod', commands: ['go build ./...', 'go test ./...'] },
  { path: 'pom.xml', commands: ['mvn -q test'] },
  { path: 'build.gradle', commands: ['gradle test'] },
  { path: 'pyproject.toml', commands: ['python -m pytest'] },
  { path: 'Makefile', commands: ['make'] },
];

async function findCommands(host: Host, root: Root, paths: ReadonlySet<string>): Promise<string[]> {
  const found = commandsByFile
    .filter(({ path }) => paths.has(underName(root, path)))
    .flatMap(({ commands }) => commands);
  if (!paths.has(underName(root, manifest))) return found;
  const bytes = await host.files.read(`${root.folder}/${manifest}`, 1 << 20).catch(() => undefined);
  return [...scriptsOf(bytes).map((name) => (name === 'test' ? 'npm test' : `npm run ${name}`)), ...found];
}

function scriptsOf(bytes: Uint8Array | undefined): string[] {
  if (bytes === undefined) return [];
  try {
    const manifest = JSON.parse(Buffer.from(bytes).toString('utf8')) as { scripts?: Record<string, unknown> };
    return Object.keys(manifest.scripts ?? {}).filter((name) => /^(test|build|lint|check|typecheck)(:|$)/.test(name));
  } catch {
    return [];
  }
}
