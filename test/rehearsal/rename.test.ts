import { expect, it } from 'vitest';
import type { ServerMessage, ServerReply } from '../../src/rehearsal/types.js';
import { answer, argumentsOf, makeRequest, packOf, turnOf, withResults } from './request.js';
import { commandText, editedText, heldBackText, refusedText, searchText } from './toolTexts.js';

const manifest = JSON.stringify({ scripts: { test: 'node test.mjs' } });
const pack = packOf({ 'package.json': manifest, 'a.js': 'oldName();', 'b.js': 'oldName();' });

async function next(messages: ServerMessage[], reply?: ServerReply, results: string[] = []): Promise<ServerReply> {
  if (reply !== undefined) messages.push(...withResults(reply, results));
  return answer(makeRequest(messages));
}

it('searches, edits every file and tests in one reply, then reports', async () => {
  const messages = [pack, turnOf('run', 'rename oldName to newName everywhere and run the tests')];
  const search = await next(messages);
  expect(search.calls.map((call) => call.name)).toEqual(['search_files']);
  expect(argumentsOf(search)[0]).toMatchObject({
    pattern: 'oldName',
    literal: true,
    case_sensitive: true,
    whole_word: true,
  });

  const edits = await next(messages, search, [
    searchText([
      ['a.js', 1],
      ['b.js', 1],
    ]),
  ]);
  expect(edits.stopReason).toBe('tool_calls');
  expect(edits.calls.map((call) => call.name)).toEqual(['edit_file', 'edit_file', 'run_command']);
  expect(argumentsOf(edits)[0]).toEqual({
    path: 'a.js',
    hunks: [{ old_text: 'oldName', new_text: 'newName', replace_all: true, whole_word: true }],
  });
  expect(argumentsOf(edits)[2]).toEqual({ command: 'npm test' });

  const end = await next(messages, edits, [editedText('a.js'), editedText('b.js'), commandText(0)]);
  expect(end.stopReason).toBe('stop');
  expect(end.text).toMatch(/Rehearsal/);
  expect(end.text).toContain('`newName` in 2 files');
  expect(end.text).toMatch(/npm test`: .*0/);
  expect(end.text).toContain('Names of files and folders were left as they are.');
});

it('tests in every root behind the edits, and says how each ended', async () => {
  const roots = packOf({ 'api/package.json': manifest, 'api/a.js': 'oldName();', 'web/package.json': manifest });
  const context = [{ name: 'surroundings', text: 'workspace folders: api, web; paths begin with one of these names' }];
  const task = 'rename oldName to newName everywhere and run the tests';
  const messages = [roots, turnOf('run', task, undefined, context)];
  const search = await next(messages);
  const edits = await next(messages, search, [searchText([['api/a.js', 1]])]);
  expect(argumentsOf(edits).slice(1)).toEqual([
    { command: 'npm test', cwd: 'api' },
    { command: 'npm test', cwd: 'web' },
  ]);
  const held = await next(messages, edits, [refusedText, heldBackText, heldBackText]);
  expect(argumentsOf(held)).toEqual(argumentsOf(edits).slice(1));
  const end = await next(messages, held, [commandText(0), commandText(1)]);
  expect(end.calls).toEqual([]);
  expect(end.text).toMatch(/`npm test` in `api`: exit code 0[^]*`npm test` in `web`: exit code 1/);
});

it('runs a command that a refused edit held back, once, and names the refused file', async () => {
  const messages = [pack, turnOf('run', 'rename oldName to newName everywhere and run the tests')];
  const search = await next(messages);
  const edits = await next(messages, search, [
    searchText([
      ['a.js', 1],
      ['package-lock.json', 3],
    ]),
  ]);
  const run = await next(messages, edits, [editedText('a.js'), refusedText, heldBackText]);
  expect(run.calls.map((call) => call.name)).toEqual(['run_command']);
  const end = await next(messages, run, [commandText(1)]);
  expect(end.calls).toEqual([]);
  expect(end.text).toContain('in 1 file.');
  expect(end.text).toContain('- package-lock.json: ');
  expect(end.text).toMatch(/npm test`: .*1/);
});

it('does not insist on a command that was refused', async () => {
  const messages = [pack, turnOf('run', 'rename oldName to newName and run `make`')];
  const search = await next(messages);
  const edits = await next(messages, search, [searchText([['a.js', 1]])]);
  const end = await next(messages, edits, [editedText('a.js'), refusedText]);
  expect(end.calls).toEqual([]);
  expect(end.text).toContain('`make`: Not done');
});

it('edits a hundred files a reply and runs the command only after the last', async () => {
  const messages = [pack, turnOf('run', 'rename oldName to newName everywhere and run `make`')];
  const search = await next(messages);
  const paths = Array.from({ length: 230 }, (_, index) => `src/file${index}.c`);
  let reply = await next(messages, search, [searchText(paths.map((path) => [path, 7]))]);
  const edited: unknown[] = [];
  for (const size of [100, 100, 31]) {
    expect(reply.calls).toHaveLength(size);
    edited.push(...argumentsOf(reply).flatMap((one) => (one['path'] === undefined ? [] : [one['path']])));
    reply = await next(
      messages,
      reply,
      reply.calls.map((call) => (call.name === 'edit_file' ? editedText('x') : commandText(0))),
    );
  }
  expect(edited).toEqual(paths);
  expect(reply.text).toContain('in 230 files');
});

it('searches again after a search that was cut short, and stops when only refused files are left', async () => {
  const messages = [pack, turnOf('run', 'rename oldName to newName everywhere')];
  const search = await next(messages);
  const edits = await next(messages, search, [
    searchText(
      [
        ['a.js', 1],
        ['package-lock.json', 3],
      ],
      9,
    ),
  ]);
  expect(edits.calls.map((call) => call.name)).toEqual(['edit_file', 'edit_file']);
  const again = await next(messages, edits, [editedText('a.js'), refusedText]);
  expect(again.calls.map((call) => call.name)).toEqual(['search_files']);
  const more = await next(messages, again, [
    searchText(
      [
        ['b.js', 1],
        ['package-lock.json', 3],
      ],
      2,
    ),
  ]);
  expect(argumentsOf(more).map((one) => one['path'])).toEqual(['b.js']);
  const third = await next(messages, more, [editedText('b.js')]);
  expect(third.calls.map((call) => call.name)).toEqual(['search_files']);
  const end = await next(messages, third, [searchText([['package-lock.json', 3]], 2)]);
  expect(end.calls).toEqual([]);
  expect(end.text).toContain('in 2 files');
  expect(end.text).toContain('cut short');
});

it('says so when there is nothing to rename', async () => {
  const messages = [pack, turnOf('run', 'rename noSuch to other everywhere')];
  const end = await next(messages, await next(messages), [searchText([])]);
  expect(end.text).toContain('Nothing was changed');
});

it('forgets earlier turns', async () => {
  const messages = [pack, turnOf('run', 'rename oldName to newName everywhere')];
  const search = await next(messages);
  const edits = await next(messages, search, [searchText([['a.js', 1]])]);
  const end = await next(messages, edits, [editedText('a.js')]);
  messages.push(...withResults(end, []), turnOf('run', 'rename other to more everywhere'));
  const second = await next(messages);
  expect(argumentsOf(second)[0]).toMatchObject({ pattern: 'other' });
  const ids = messages.flatMap((message) => (message.role === 'assistant' ? message.calls.map((call) => call.id) : []));
  expect(new Set([...ids, ...second.calls.map((call) => call.id)]).size).toBe(ids.length + 1);
});
