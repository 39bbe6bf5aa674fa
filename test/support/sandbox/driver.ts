/** A process of its own that runs lines in the sandbox as its user: a JSON order as its argument, a JSON answer on stdout. */
import { joinOutput } from '../../../src/core/commandOutput.js';
import type { SandboxLevel } from '../../../src/core/host.js';
import { singleRoot } from '../../../src/core/repository/roots.js';
import { createCommands } from '../../../src/node/commands.js';
import { createSandbox } from '../../../src/node/sandbox.js';
import { join } from 'node:path';

export interface Order {
  workspace: string;
  stateBase: string;
  programFolder: string;
  lines: {
    line: string;
    sandbox: SandboxLevel;
    cwd?: string;
    cancelAfterMs?: number;
    background?: true;
    /** What is held back is let in at once; in the background that is waited for. */
    letIn?: true;
    /** Typed, with a line end, when the command surely waits for input; what it asked is in the answer. */
    answer?: string;
  }[];
}

export interface Answer {
  status: { works: boolean; why?: string };
  results: {
    exitCode: number | null;
    output: string;
    sandbox?: SandboxLevel;
    ms: number;
    heldBack?: string[];
    asked?: string;
  }[];
}

const order = JSON.parse(process.argv[2]!) as Order;
const { workspace, stateBase, programFolder } = order;
const roots = singleRoot(workspace);
const places = { roots, stateBase, stateFolder: join(stateBase, 'here'), programFolder };
const sandbox = createSandbox({ ...places, env: process.env, isOn: () => true });
const commands = createCommands({ sandbox });
let aside = '';
const answer: Answer = { status: await sandbox.status(), results: [] };
for (const { line, sandbox: level, cwd, cancelAfterMs, background, letIn, answer: typed } of order.lines) {
  const startedAt = performance.now();
  let asked: string | undefined;
  if (background === true) {
    // Its output is in the answer of a line that waits for it.
    await commands.start({ command: line, cwd: cwd ?? workspace, sandbox: level, onOutput: (text) => (aside += text) });
    if (letIn === true) await letInBackground();
    continue;
  }
  const stop = cancelAfterMs === undefined ? new AbortController().signal : AbortSignal.timeout(cancelAfterMs);
  const result = await commands.run(
    {
      ...{ command: line, cwd: cwd ?? workspace, timeoutMs: 60_000, sandbox: level, onOutput: () => undefined },
      ...(typed === undefined ? {} : { onInput: () => undefined }),
      onWait(wait) {
        if (wait?.sure !== true) return;
        asked = wait.question;
        commands.answer(wait.id, `${typed}\n`);
      },
    },
    stop,
  );
  const ms = performance.now() - startedAt;
  const { exitCode, sandbox: at, heldBack } = result;
  if (letIn === true) await heldBack?.letIn();
  answer.results.push({
    ...{ exitCode, ms, output: aside + joinOutput(result) },
    ...(asked === undefined ? {} : { asked }),
    ...(at === undefined ? {} : { sandbox: at }),
    ...(heldBack === undefined ? {} : { heldBack: heldBack.names.map(({ path }) => path) }),
  });
  aside = '';
}
await commands.dispose();

async function letInBackground(): Promise<void> {
  // The looks at what runs in the background keep no process alive.
  const alive = setInterval(() => undefined, 1000);
  await new Promise((done) => commands.onHeldBack((_, found) => void found.letIn().then(done)));
  clearInterval(alive);
}
process.stdout.write(JSON.stringify(answer));
