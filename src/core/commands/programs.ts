/** What is known of programs by their names: which start others, which throw work away, which reach further than they look. */

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** They run what their arguments say. */
const wrappers = setOf(
  [
    'env time nice ionice timeout xargs sudo doas su runuser pkexec run0 gosu su-exec watch nohup setsid command exec builtin',
    'eval source . find parallel ssh script strace ltrace gdb lldb valgrind perf flock stdbuf unbuffer rlwrap chroot unshare',
    'nsenter taskset chrt numactl prlimit setarch setpriv capsh runcon systemd-run systemd-inhibit dbus-run-session xvfb-run',
    'bwrap firejail fakeroot proot distrobox toolbox at batch tmux screen dumb-init tini trap coproc entr watchexec nodemon',
    'hyperfine concurrently cross-env cross-env-shell env-cmd dotenv dotenvx direnv busybox toybox npx bunx pnpx uvx pipx',
    'start-process sp invoke-expression iex invoke-command icm start',
  ].join(' '),
);
const elevating = setOf('sudo doas su runuser pkexec run0 gosu su-exec');
/** They run text or files as programs. */
const interpreters = setOf(
  'bash sh dash zsh fish ksh csh tcsh ash pwsh powershell cmd node nodejs deno bun tsx ts-node vite-node zx python python2 python3 pypy ruby perl php lua luajit R Rscript julia tclsh expect osascript awk gawk mawk sed irb ghci java dotnet-script vim vi nvim emacs ed man less more',
);
/** Sub-commands by which a program runs another one. */
const launching: Readonly<Record<string, ReadonlySet<string>>> = {
  npm: setOf('exec x init create'),
  pnpm: setOf('dlx exec create'),
  yarn: setOf('dlx exec create'),
  bun: setOf('x create exec'),
  corepack: setOf('npm npx pnpm pnpx yarn yarnpkg'),
  uv: setOf('run tool'),
  poetry: setOf('run'),
  pipenv: setOf('run'),
  pdm: setOf('run'),
  hatch: setOf('run'),
  conda: setOf('run'),
  mamba: setOf('run'),
  bundle: setOf('exec'),
  rbenv: setOf('exec'),
  pyenv: setOf('exec'),
  asdf: setOf('exec'),
  mise: setOf('exec x run'),
  nix: setOf('run shell develop'),
  go: setOf('run generate'),
  deno: setOf('run eval'),
  docker: setOf('run exec compose'),
  podman: setOf('run exec compose'),
  git: setOf('bisect submodule rebase filter-branch config difftool mergetool'),
};
/** They change the shell itself, and so what later commands do. */
const shellState = setOf(
  'cd pushd popd export declare typeset local readonly unset set shopt alias unalias hash enable umask ulimit read mapfile readarray printf let getopts bind complete',
);
const networks = setOf(
  'curl wget nc ncat netcat telnet ftp sftp scp rsync ssh ping ping6 nslookup dig host whois traceroute socat gh glab aws gcloud az kubectl helm invoke-webrequest iwr invoke-restmethod irm',
);
const destroying = setOf(
  'rm rmdir unlink shred dd truncate kill pkill killall shutdown reboot mkfs fdisk parted remove-item ri rd del erase clear-content',
);

export function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

/** Whether a program runs what its arguments say. */
export function startsOthers(words: readonly (string | undefined)[]): boolean {
  const name = nameOf(words[0] ?? '');
  if (wrappers.has(name) || wrappers.has(name.toLowerCase())) return true;
  if (!Object.hasOwn(launching, name)) return false;
  const { sub } = gitCommand(words);
  // What an option of another program takes for its value is not known.
  const subs = name === 'git' ? [sub] : words.slice(1).filter((word) => word?.startsWith('-') === false);
  return subs.slice(0, 2).some((word) => word !== undefined && launching[name]!.has(word));
}

/** Whether the shell itself may be another one afterwards: in another folder, with other variables, or gone. */
export function changesShell([program = '']: readonly (string | undefined)[]): boolean {
  return shellState.has(program) || /^(?:\.|source|eval|exec|command|builtin|trap)$/.test(program);
}

/** Whether exactly these words may be allowed for good: what they mean is not for their arguments to say. */
export function mayBeKept(words: readonly string[]): boolean {
  const program = words[0] ?? '';
  if (!/^[A-Za-z][A-Za-z0-9_+-]*$/.test(program)) return false;
  if (wrappers.has(program) || interpreters.has(program) || shellState.has(program)) return false;
  if (/^(?:python|pypy|ruby|perl|php|lua|node)[0-9.]*$/.test(program)) return false;
  const sub = words[1] ?? '';
  if (program === 'git' && sub.startsWith('-')) return false;
  return !(Object.hasOwn(launching, program) && launching[program]!.has(sub));
}

export const networkRisk = 'reaches the network';

/** What makes a command one that asks in every mode, as the end of a sentence that begins with "it". */
export function findRisks(words: readonly (string | undefined)[]): string[] {
  const risks = new Set<string>();
  for (const command of commandsIn(words)) {
    const name = nameOf(command[0] ?? '').toLowerCase();
    if (elevating.has(name)) risks.add('runs with the rights of another user');
    if (networks.has(name)) risks.add(networkRisk);
    if (destroying.has(name) || name.startsWith('mkfs.'))
      risks.add('deletes or ends things that cannot be brought back');
    if (name === 'find' && command.some((word) => word === '-delete' || word?.startsWith('-fprint') === true)) {
      risks.add('deletes or ends things that cannot be brought back');
    }
    if (name === 'git') for (const risk of findGitRisks(command)) risks.add(risk);
    if (changesManifest(name, command)) risks.add('changes package.json or settings that make programs run');
    if (publishes(name, command)) risks.add(networkRisk);
  }
  return [...risks];
}

/** Git's sub-command: what stands behind the options of git itself. */
export function gitCommand(words: readonly (string | undefined)[]): {
  sub: string | undefined;
  args: (string | undefined)[];
} {
  let at = 1;
  while (at < words.length && words[at]?.startsWith('-') === true) {
    at += /^(?:-C|-c|--git-dir|--work-tree|--namespace|--exec-path|--config-env)$/.test(words[at]!) ? 2 : 1;
  }
  return { sub: words[at], args: words.slice(at + 1) };
}

function findGitRisks(words: readonly (string | undefined)[]): string[] {
  const { sub, args } = gitCommand(words);
  const has = (...options: string[]): boolean =>
    args.some((arg) => arg !== undefined && options.some((option) => arg === option || arg.startsWith(`${option}=`)));
  const risks: string[] = [];
  const throwsAway =
    sub === 'clean' ||
    sub === 'restore' ||
    sub === 'filter-branch' ||
    sub === 'rebase' ||
    (sub === 'checkout' && !has('-b')) ||
    (sub === 'switch' && has('-f', '--force', '--discard-changes', '-C')) ||
    (sub === 'reset' && has('--hard', '--merge', '--keep')) ||
    (sub === 'stash' && has('drop', 'clear', 'pop', 'push', '-u') && !has('list', 'show')) ||
    (sub === 'stash' && args.length === 0) ||
    (sub === 'branch' && has('-D', '-d', '--delete', '-f', '-M')) ||
    (sub === 'tag' && has('-d', '--delete', '-f')) ||
    (sub === 'reflog' && has('expire', 'delete')) ||
    (sub === 'worktree' && has('remove', 'prune')) ||
    sub === 'rm' ||
    sub === 'gc' ||
    (sub === 'update-ref' && has('-d'));
  if (throwsAway) risks.push('may throw away work that is not committed, or commits');
  if (/^(?:push|pull|fetch|clone|ls-remote|send-email|request-pull)$/.test(sub ?? '')) risks.push(networkRisk);
  const reads = has('--get', '--get-all', '--list', '-l', 'get', 'list');
  const hasOption = words.some((word) => word === '-c' || word?.startsWith('--config-env') === true);
  if ((sub === 'config' && !reads) || hasOption) risks.push('changes settings that make git run programs');
  return risks;
}

function changesManifest(name: string, words: readonly (string | undefined)[]): boolean {
  if (!/^(?:npm|pnpm|yarn|bun)$/.test(name)) return false;
  const [, sub, verb] = words;
  return (
    (sub === 'pkg' && verb !== 'get') ||
    sub === 'set-script' ||
    sub === 'set' ||
    ((sub === 'config' || sub === 'c') && verb !== 'get' && verb !== 'list')
  );
}

function publishes(name: string, words: readonly (string | undefined)[]): boolean {
  return /^(?:publish|unpublish|push|login|deploy)$/.test(words[1] ?? '') && name !== 'git';
}

/** A command as it stands, and whatever it may start: behind a wrapper, or what nobody knows, any word can be the program. */
export function commandsIn(words: readonly (string | undefined)[]): (readonly (string | undefined)[])[] {
  if (words[0] !== undefined && !startsOthers(words)) return [words];
  return words.map((_word, index) => words.slice(index));
}

/** Texts that a command is given and that may be shell lines to run: by a shell, or by a program that starts others. */
export function innerLines(words: readonly (string | undefined)[]): string[] {
  const lines: string[] = [];
  for (const command of commandsIn(words)) {
    const name = nameOf(command[0] ?? '').toLowerCase();
    if (name === 'eval') lines.push(command.slice(1).join(' '));
    if (!/^(?:bash|sh|dash|zsh|ksh|ash|fish)$/.test(name)) continue;
    const at = command.findIndex((word) => word !== undefined && /^-[a-z]*c[a-z]*$/i.test(word));
    // Further options may stand between `-c` and its line.
    if (at > 0) lines.push(...command.slice(at + 1, at + 4).filter((word) => word !== undefined));
  }
  // `watch 'git push'`, `su -c 'git push'`, `env -S 'git push'`.
  if (startsOthers(words)) lines.push(...words.filter((word) => word !== undefined && /\s/.test(word)).map(String));
  return [...new Set(lines)];
}
