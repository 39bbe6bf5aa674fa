/** Runs inside the extension host: does what a user does, and writes how long the host was blocked meanwhile. */
import { readFile, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { call, connectService, disconnectService } from '../../vscode/suite/service.js';
import { activateBaleen, folderPath, listEvents, takeTurn, waitFor } from '../../vscode/suite/support.js';
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
    console.log(`${name}: ${ms.toFixed(0)} ms`);
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
  const file = await someFile();
  const service = await connectService(api, []);
  const text = 'An answer.';
  service.push({ text });
  await measure('first message: pack and send', () => takeTurn(api, 'Say something.'));
  service.push({ text });
  await measure('second message', () => takeTurn(api, 'And again.'));
  await api.chat.newSession();
  service.push({ text });
  await measure('new session over the pack', () => takeTurn(api, 'Say something.'));
  service.push({ calls: [call('l1', 'list_files', {})] }, { text });
  await measure('list_files', () => takeTurn(api, 'List.'));
  service.push({ calls: [call('s1', 'search_files', { pattern: 'export function', max_hits: 200 })] }, { text });
  await measure('search_files', () => takeTurn(api, 'Search.'));
  const command = 'echo changed >> made-by-a-command.txt';
  service.push({ calls: [call('r1', 'run_command', { command })] }, { text });
  await measure('run_command, scans included', () => takeTurn(api, 'Run.'));
  service.push(
    { calls: [call('e1', 'edit_file', editOf(file, await readFile(join(folderPath(), file), 'utf8')))] },
    { text },
  );
  await measure('edit_file', () => takeTurn(api, 'Edit.'));
  await measure('review on save', async () => {
    service.push({ calls: [call('f1', 'report_findings', { findings: [] })] });
    await vscode.workspace.getConfiguration('baleen').update('reviewOnSave.enabled', true, true);
    const document = await vscode.workspace.openTextDocument(join(folderPath(), file));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'let somethingNew = 1;\n'));
    await document.save();
    await waitFor(
      'the review',
      () => api.review.status.state.kind === 'clean' || api.review.status.state.kind === 'no_result',
    );
  });
  service.push({ text });
  await measure('message after a save', () => takeTurn(api, 'And now?'));
  await measure('list of sessions', () => api.chat.sessions());
  const session = api.chat.sessionId()!;
  await measure('open a stored session', () => api.chat.openSession(session));
  await disconnectService(api, service);
  await api.connection.setRehearsal(true);
  await api.chat.newSession();
  await measure('rehearsal: find', () => takeTurn(api, 'find `export function`'));
  if (process.env['BALEEN_BENCH_VERBOSE'])
    process.stderr.write(
      `${listEvents(api, 'notice')
        .map((one) => one.text)
        .join('\n')}\n`,
    );
}

/** A file that is surely text. */
async function someFile(): Promise<string> {
  const [found] = await vscode.workspace.findFiles('**/*.{js,ts,py,rs,go}', '**/{node_modules,fixtures}/**', 1);
  if (found === undefined) throw new Error('The folder has no source file to edit.');
  return vscode.workspace.asRelativePath(found, false);
}

function editOf(path: string, text: string): unknown {
  const line = text
    .split('\n')
    .find((one, _index, all) => one.length > 10 && all.indexOf(one) === all.lastIndexOf(one));
  return { path, hunks: [{ old_text: line, new_text: `${line} // edited` }] };
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
