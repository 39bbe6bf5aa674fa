// Runs a program and ends its whole process group when whoever started this script is gone, however it went.
// node tether.mjs PROGRAM [ARGUMENT…], as the leader of a process group, with a pipe as stdin that its parent never closes.
import { spawn } from 'node:child_process';

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.once('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));

// The group got the signal too: the program ends in its own way, and then this script ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

process.stdin.resume();
process.stdin.once('error', endGroup);
process.stdin.once('close', endGroup);

function endGroup() {
  process.kill(-process.pid, 'SIGKILL');
}
