/** Runs inside the extension host: does what a user does, and writes how long the host was blocked meanwhile. */
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activateBaleen, folderPath, takeTurn, waitFor } from '../../vscode/suite/support.js';
import { benchFile } from './benchFile.js';
import { startHeartbeat, type Block } from './heartbeat.js';

export interface BenchResult {
  activation: Record<string, number>;
  actions: { name: string; ms: number; blocks: Block[] }[];
}

/** VS Code calls this. */
export async function run(): Promise<void> {
  const profiler = await startProfiler();
  const heartbeat = startHeartbeat();
  const result: BenchResult = { activation: {}, actions: [] };
  const measure = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    heartbeat.take();
    const since = performance.now();
    const value = await act();
    const ms = performance.now() - since;
    // What the action left behind for the next turn of the loop belongs to it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    result.actions.push({ name, ms, blocks: heartbeat.take() });
    return value;
  };
  try {
    await measure('nothing', () => new Promise((resolve) => setTimeout(resolve, 1000)));
    await doActions(measure);
    result.activation = readActivation();
  } finally {
    heartbeat.stop();
    await profiler?.stop();
    await writeFile(process.env['BALEEN_BENCH_RESULT']!, JSON.stringify(result));
  }
}

type Measure = <T>(name: string, act: () => Promise<T>) => Promise<T>;

async function doActions(measure: Measure): Promise<void> {
  const api = await measure('activation', activateBaleen);
  await api.keys.store(process.env['BALEEN_BASE_URL']!, process.env['BALEEN_BENCH_KEY']!);
  await api.connection.setRehearsal(false);
  await api.chat.newSession();
  const ask = (name: string, text: string): Promise<unknown> => measure(name, () => takeTurn(api, text));
  await ask('first message: pack and send', 'Say something.');
  await ask('second message', 'And again.');
  await api.chat.newSession();
  await ask('new session over the pack', 'Say something.');
  await ask('list_files', 'call list_files {}');
  await ask('search_files', 'call search_files {"pattern":"export function","max_hits":200}');
  await ask('run_command, scans included', 'call run_command {"command":"echo changed >> made-by-a-command.txt"}');
  const edit = { path: benchFile, hunks: [{ old_text: 'line 7\n', new_text: 'line seven\n' }] };
  await ask('edit_file', `call edit_file ${JSON.stringify(edit)}`);
  await measure('review on save', async () => {
    await vscode.workspace.getConfiguration('baleen').update('reviewOnSave.enabled', true, true);
    const document = await vscode.workspace.openTextDocument(join(folderPath(), benchFile));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((change) => change.insert(new vscode.Position(0, 0), 'a new first line\n'));
    await document.save();
    await waitFor('the review', () => ['clean', 'no_result'].includes(api.review.status.state.kind));
  });
  await ask('message after a save', 'And now?');
  await measure('list of sessions', () => api.chat.sessions());
  await measure('open a stored session', () => api.chat.openSession(api.chat.sessionId()!));
  await api.connection.setRehearsal(true);
  await api.chat.newSession();
  await ask('rehearsal: find', 'find `export function`');
}

/** VS Code's own marks around loading the extension's code and calling `activate`. */
function readActivation(): Record<string, number> {
  const own = (globalThis as { MonacoPerformanceMarks?: { getMarks(): { name: string; startTime: number }[] } })
    .MonacoPerformanceMarks;
  const marks = own?.getMarks() ?? performance.getEntriesByType('mark');
  const times: Record<string, number> = {};
  for (const { name, startTime } of marks) {
    const [, what] = /^code\/extHost\/will(.*\/baleen\.baleen)$/.exec(name) ?? [];
    const end = marks.find((mark) => mark.name === `code/extHost/did${what}`);
    if (what !== undefined && end !== undefined) times[what] = end.startTime - startTime;
  }
  return times;
}

async function startProfiler(): Promise<{ stop(): Promise<void> } | undefined> {
  const file = process.env['BALEEN_BENCH_PROFILE'];
  if (file === undefined || file === '') return undefined;
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  return {
    async stop() {
      const { profile } = await session.post('Profiler.stop');
      await writeFile(file, JSON.stringify(profile));
      session.disconnect();
    },
  };
}
