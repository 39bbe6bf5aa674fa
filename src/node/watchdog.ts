/**
 * What ends the processes of commands when this program is gone without having ended them, for instance by SIGKILL: a
 * small shell that waits for the end of a pipe which only we hold open, and then kills whatever carries our mark.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { markerVariable } from './commandEnvironment.js';
import { pipeName } from './commandPipes.js';

export interface Watchdog {
  /** Resolves when it has looked once more, and ended. */
  end(): Promise<void>;
}

/**
 * A process may fork while it is looked for, so that it is looked for until none is found, and ten times at most. Found is
 * who has our mark in its environment or can write to the output of a command (the other end is our program's, which may
 * still be alive when it is looked the last time), and whoever shares a session with one of those:
 * each command has its own.
 */
const onLinux = `
read -r mark
read -r pipe
read -r nothing
marked() {
  grep -lsaF "$mark" /proc/[0-9]*/environ | while read -r path; do
    path=\${path%/environ}
    echo "\${path#/proc/}"
  done
  ls -l /proc/[0-9]*/fd 2> /dev/null | while read -r line; do
    case $line in
      /proc/*) pid=\${line#/proc/} pid=\${pid%/fd:} ;;
      l?w*"$pipe"*) [ "$pid" = "$PPID" ] || echo "$pid" ;;
    esac
  done
}
session() {
  read -r stat < "/proc/$1/stat" || return
  set -- \${stat##*) }
  echo "$4"
} 2> /dev/null
for round in 1 2 3 4 5 6 7 8 9 10; do
  pids=$(marked)
  [ -z "$pids" ] && exit
  sessions=" $(for pid in $pids; do session "$pid"; done | tr '\\n' ' ')"
  for path in /proc/[0-9]*; do
    pid=\${path#/proc/}
    case $sessions in *" $(session "$pid") "*) pids="$pids $pid" ;; esac
  done
  for pid in $pids; do kill -KILL "$pid" 2> /dev/null; done
done
`;

const elsewhere = `
read -r mark
read -r pipe
read -r nothing
for round in 1 2 3 4 5 6 7 8 9 10; do
  found=
  for pid in $(ps -Aww -E -o pid=,command= | grep -F "$mark" | awk '{ print $1 }'); do
    kill -KILL "$pid" 2> /dev/null && found=yes
  done
  [ -z "$found" ] && exit
done
`;

/** `prefix` begins the mark of every command of this program. `undefined` where there is no such shell. */
export function startWatchdog(prefix: string): Watchdog | undefined {
  if (process.platform === 'win32') return undefined;
  const script = process.platform === 'linux' ? onLinux : elsewhere;
  // In a session of its own: an interrupt of the terminal is not for it.
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    cwd: '/',
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  // Not among its arguments or in its environment, where it would find itself.
  child.stdin.write(`${markerVariable}=${prefix}\n/${pipeName(prefix).slice(0, -1)}\n`);
  child.unref();
  return { end: () => endAndWait(child) };
}

async function endAndWait(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.ref();
  child.stdin?.end();
  await ended;
}
