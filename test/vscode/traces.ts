/** What an `strace -f` log says a process and all its children did to the world, in a form in which two runs compare. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** System calls that start a program, reach out, or change what is on disk. */
export const tracedCalls = [
  ...['execve', 'execveat', 'connect', 'bind'],
  ...['openat', 'open', 'creat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir', 'mkdir', 'mkdirat'],
  ...['link', 'linkat', 'symlink', 'symlinkat', 'truncate', 'chmod', 'fchmodat', 'mknod', 'mknodat'],
];

export interface TraceNames {
  /** Paths that differ from run to run, longest first wins, and what stands for them. */
  places: readonly (readonly [path: string, name: string])[];
  port: number;
}

/** VS Code itself keeps these, now sooner and now later: what is typed, older states of files, its processes' sockets. */
const keptByVscode = /HOME\/data\/User\/(?:Backups|History)\b|^changes \/tmp\/(?:ID|vscode-ipc-UUID\.sock)$/;

/** One entry a distinct deed: `runs git status`, `reaches 127.0.0.1:PORT`, `writes HOME/data/x`. Failed calls change nothing. */
export async function readDeeds(file: string, names: TraceNames): Promise<Set<string>> {
  const deeds = new Set<string>();
  for await (const call of readCalls(file)) {
    const deed = readDeed(call);
    const named = deed === undefined ? undefined : nameAlike(deed, names);
    if (named !== undefined && !keptByVscode.test(named)) deeds.add(named);
  }
  return deeds;
}

/** A call during which another process was seen stands on two lines. */
async function* readCalls(file: string): AsyncGenerator<string> {
  const begun = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (rest.endsWith('<unfinished ...>')) begun.set(pid, rest.slice(0, -'<unfinished ...>'.length));
    else if (resumed === null) yield rest;
    else yield `${begun.get(pid) ?? ''}${resumed[1]!}`;
  }
}

function readDeed(line: string): string | undefined {
  const call = /^([a-z0-9]+)\((.*)\) += (-?\d+)/.exec(line);
  if (call === null) return undefined;
  const [, name = '', args = '', result = ''] = call;
  const strings = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!);
  switch (name) {
    case 'execve':
    case 'execveat':
      return result === '0' ? `runs ${strings.join(' ')}` : undefined;
    case 'connect':
      // Refused or under way is reached out for as well.
      return args.includes('AF_UNIX') ? undefined : `reaches ${addressIn(args)}`;
    case 'bind':
      return args.includes('AF_UNIX') || args.includes('AF_NETLINK') ? undefined : `listens at ${addressIn(args)}`;
    case 'open':
    case 'openat':
    case 'creat':
      if (result.startsWith('-') || !/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(args) || strings[0] === undefined)
        return undefined;
      return strings[0].startsWith('/dev/') || strings[0].startsWith('/proc/') ? undefined : `writes ${strings[0]}`;
    default:
      return result.startsWith('-') ? undefined : `changes ${strings.join(' ')}`;
  }
}

function addressIn(args: string): string {
  const port = /port=htons\((\d+)\)/.exec(args)?.[1] ?? '?';
  const host = /inet_addr\("([^"]*)"\)|inet_pton\(AF_INET6, "([^"]*)"/.exec(args);
  return `${host?.[1] ?? host?.[2] ?? '?'}:${port}`;
}

/** Ids, times and numbers say nothing about who did it. */
function nameAlike(deed: string, { places, port }: TraceNames): string {
  let named = deed;
  for (const [path, name] of places) named = named.replaceAll(path, name);
  return named
    .replaceAll(`:${port}`, ':PORT')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/gi, 'UUID')
    .replace(/(History\/[^/]+\/)\w{4}\./, '$1ID.')
    .replace(/\/tmp\/\w{8}\b/g, '/tmp/ID')
    .replace(/-?[0-9a-f]{6,}/gi, 'HEX')
    .replace(/\d+/g, 'N');
}
