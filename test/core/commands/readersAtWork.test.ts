/**
 * What runs without asking under rules for programs that only read, run for real: it changes nothing, and shows nothing
 * that is kept from the model. The options and operands come from a list that an attacker would write.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openTestGate } from './testGate.js';

const soak = process.env['BALEEN_SOAK'] !== undefined;
const canary = 'canary-5d1f0e77';
const nobody = 65_534;
const readers = 'cat echo grep head ls pwd sort tail uniq wc'.split(' ');
const gitReaders = 'blame branch diff log ls-files rev-parse show status'.split(' ').map((name) => `git ${name}`);
const gate = openTestGate({ allowed: [...readers, ...gitReaders, 'cd', 'cd ..', 'true'], hidden: ['private.txt'] });
const base = join(gate.folder, '..');
const home = realpathSync(mkdtempSync(join(tmpdir(), 'baleen-home-')));
const env = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: home,
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_OPTIONAL_LOCKS: '0',
};
afterAll(() => {
  gate.close();
  rmSync(home, { recursive: true, force: true });
});

const put = (path: string): void => writeFileSync(join(gate.folder, path), `${canary}\n`);
const git = (...args: string[]): void => {
  const name = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  execFileSync('git', [...name, ...args], { cwd: gate.folder, env, stdio: 'ignore' });
};
git('init', '-q', '-b', 'main');
git('add', 'README.md', 'a.txt', 'src/a.ts', 'src/deep', 'docs');
git('commit', '-qm', 'first');
writeFileSync(join(gate.folder, 'a.txt'), 'other text\n');
git('commit', '-qam', 'second');
git('tag', 'v1');
writeFileSync(join(gate.folder, 'src/a.ts'), 'changed\n');
for (const path of ['.env', 'src/key.pem', 'private.txt', '../outside/x', '../loose']) put(path);
mkdirSync(join(home, '.ssh'));
for (const path of ['.ssh/id_rsa', 'notes']) writeFileSync(join(home, path), `${canary}\n`);
symlinkSync(join(home, 'notes'), join(gate.folder, 'src', 'linked'));
const isRoot = process.getuid?.() === 0;
if (isRoot) for (const path of [base, home]) give(path);

/** As root nothing would be in the way of what is not to happen. */
function give(path: string): void {
  chownSync(path, nobody, nobody);
  if (lstatSync(path).isDirectory())
    for (const name of readdirSync(path)) if (!lstatSync(join(path, name)).isSymbolicLink()) give(join(path, name));
}

function hashOf(...folders: string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      // `git diff` notes in it which files it has looked at.
      if (name.endsWith('.git/index')) continue;
      const stat = lstatSync(join(folder, name));
      hash.update(`${name}\0${stat.mode}\0`);
      if (stat.isFile()) hash.update(String(stat.mtimeMs)).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex');
}

function run(line: string): string {
  const as = isRoot ? { uid: nobody, gid: nobody } : {};
  const { stdout, stderr } = spawnSync('/bin/bash', ['-c', line], {
    ...as,
    ...{ cwd: gate.folder, env, input: '', encoding: 'utf8', timeout: 20_000 },
  });
  return stdout + stderr;
}

const before = hashOf(base, home);

const programs = fc.constantFrom(
  ...readers,
  ...gitReaders,
  ...gitReaders,
  ...['cat', 'cat', 'head', 'cd', 'cd ..', 'cd ..', 'cd src', 'true'],
);
const options = fc.constantFrom(
  ...`-a -b -c -d -e -f -h -i -l -L -n -o -O -p -q -r -R -s -S -t -T -u -v -w -x -z -0 -1 -5 -n5 -c5 -C3 -A1 -m1 -la -rn -hv -uall
  -e.env -f.env -n.env -S. -G. -L1,5 -Oa.txt --output=f --output f --outp=f -of --ext-diff --textconv --no-index
  --dereference --recursive --include=* --exclude-dir=x --file=.env --files0-from=.env --files-from=.env --compress-program=./x
  --color=always --all --stat --patch --cached --oneline --format=%H --format=%GG --pretty=raw --date=iso --since=1 --stdin
  --contents=.env --ignore-revs-file=.env --exclude-from=.env -X --help --version --work-tree=.. --git-dir=.git -C -c
  --word-diff --follow --name-only --source --show-signature --show-notes=x --line-prefix=x --submodule=diff -- --`.split(
    /\s+/,
  ),
);
const operands = fc.constantFrom(
  ...`a.txt README.md src src/a.ts src/deep/b.ts docs . .env ./.env .ENV src/key.pem src/../.env private.txt ../loose ../outside/x
  away away/x linked.txt src/linked ~ ~/notes ~/.ssh/id_rsa notes loose loose outside/x notes /etc/passwd /proc/self/environ /dev/tcp/127.0.0.1/9
  HEAD HEAD~1 v1 main @ HEAD:.env HEAD:a.txt :a.txt :/first main..HEAD :^a.txt text first - =cat @{u} new 'a b' "x"`.split(
    /\s+/,
  ),
);
const signs = fc.constantFrom(' | ', ' && ', ' ; ', ' || ', '\n', ' 2>&1 | ', ' >/dev/null; ', ' < /dev/null && ');
const command = fc
  .tuple(programs, fc.array(fc.oneof(options, { weight: 2, arbitrary: operands }), { maxLength: 3 }))
  .map(([program, words]) => [program, ...words].join(' '));
/** What only matters behind something else. */
const moves = fc.constantFrom('cd ..', 'cd', 'cd src', 'cat loose', 'cat notes', 'head -1 loose', 'true');
const next = fc.oneof({ weight: 3, arbitrary: command }, { weight: 2, arbitrary: moves });
const line = fc
  .tuple(next, fc.array(fc.tuple(signs, next), { maxLength: 3 }))
  .map(([first, rest]) => first + rest.map(([sign, next]) => sign + next).join(''));

test(
  'T4 SEC-10: what is allowed changes nothing, and shows nothing that is kept from the model',
  { timeout: 900_000 },
  async () => {
    let allowed = 0;
    await fc.assert(
      fc.asyncProperty(line, async (text) => {
        if ((await gate.verdictOf(text)) !== 'allowed') return;
        allowed++;
        expect(run(text), text).not.toContain(canary);
        expect(hashOf(base, home), text).toBe(before);
      }),
      { numRuns: soak ? 30_000 : 1_500, ...(soak ? {} : { seed: 11 }) },
    );
    expect(allowed).toBeGreaterThan(100);
  },
);
