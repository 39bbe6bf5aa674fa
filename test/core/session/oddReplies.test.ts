/** Replies that are no answer and no call: what the user sees, what goes back to the model, and when a turn ends. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AgentEvent, WireName } from '../../../src/protocol/events.js';
import { startSession, type Session } from '../../../src/core/session/session.js';
import { readSession, transcriptOf } from '../../../src/core/session/store.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { prepareWorkspace } from '../../support/prepareWorkspace.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import type { Turn } from '../../support/simulator/simulator.js';

const signal = new AbortController().signal;
const place = prepareWorkspace();
let events: AgentEvent[];

beforeEach(() => {
  events = [];
});

async function open(script: Turn[], wire: WireName = 'openai'): Promise<Session> {
  const workspace = await place.open(script, { wire, tokenCount: () => 100 });
  return startSession(workspace.parts, workspace.settings, 'chat', (event) => void events.push(event), signal);
}

const ask = (session: Session, text = 'Go on.') => runTurn(session, text, { kind: 'chat', request: text }, signal);
const notices = (): string[] => events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
const shownText = (): string => events.map((event) => (event.type === 'text_delta' ? event.text : '')).join('');
const lastMessage = (number: number) => place.workspace.simulator.requests[number - 1]!.parsed.messages.at(-1)!;
const edit = (id: string, path = 'README.md') => ({
  id,
  name: 'edit_file',
  arguments: JSON.stringify({ path, hunks: [{ old_text: 'Small', new_text: 'Large' }] }),
});
const dsml =
  '<｜DSML｜tool_calls>\n<｜DSML｜invoke name="edit_file">\n<｜DSML｜parameter name="path" string="true">README.md</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>';

describe.each(['openai', 'anthropic'] as const)('api-9.25: DSML in text on the %s wire', (wire) => {
  test('it is hidden, not run, kept as it came, and answered with an error', async () => {
    const session = await open([{ reasoning: 'Edit.', text: `I edit it.\n${dsml}` }, { text: 'In plain text.' }], wire);
    expect((await ask(session)).text).toBe('In plain text.');
    expect(shownText()).toBe('I edit it.\nIn plain text.');
    expect(readFileSync(join(place.folder, 'README.md'), 'utf8')).toContain('Small');
    expect(lastMessage(2)).toMatchObject({ role: 'user' });
    expect(JSON.stringify(lastMessage(2))).toContain('They were not carried out');
    expect(place.workspace.simulator.requests[1]!.parsed.messages.at(-2)).toMatchObject({
      text: `I edit it.\n${dsml}`,
    });
    assertMessagesGrow(place.workspace.simulator.requests);
    const { files } = place.workspace.parts.host;
    const records = await readSession(files, place.workspace.parts.stateFolder, session.id);
    expect(JSON.stringify(transcriptOf(records))).not.toContain('DSML');
  });

  test('beside a real call only the real call runs; after two reminders the turn ends', async () => {
    const session = await open(
      [
        { text: dsml, calls: [edit('a')] },
        { text: `again ${dsml}` },
        { text: `<||DSML||tool_calls>` },
        { text: 'late' },
      ],
      wire,
    );
    expect((await ask(session)).outcome).toBe('failed');
    expect(readFileSync(join(place.folder, 'README.md'), 'utf8')).toContain('Large');
    expect(place.workspace.simulator.requests).toHaveLength(3);
    expect(notices().at(-1)).toContain('tool calls as text');
    expect(shownText()).toBe('again ');
    expect((await ask(session)).text).toBe('late');
    expect(place.workspace.simulator.requests.map((one) => one.refusal)).toEqual(Array(4).fill(undefined));
    assertMessagesGrow(place.workspace.simulator.requests);
  });
});

describe('an answer that is none', () => {
  test('reasoning in the answer’s place is sent back once', async () => {
    const session = await open([{ reasoning: 'The answer is 42.' }, { text: '42.' }]);
    expect(await ask(session)).toMatchObject({ outcome: 'done', text: '42.' });
    expect(JSON.stringify(lastMessage(2))).toContain('reasoning only');
  });

  test('and told when it comes again', async () => {
    const session = await open([{ reasoning: 'Hm.' }, { reasoning: 'Hm, hm.', text: ' \n' }]);
    expect((await ask(session)).outcome).toBe('failed');
    expect(notices().at(-1)).toContain('no answer');
    expect(place.workspace.simulator.requests).toHaveLength(2);
  });

  test('api-9.27: the same reasoning three times in a row ends the turn before its calls run', async () => {
    const reasoning = 'I should look at the readme once more, since I am not sure what it says. '.repeat(4);
    const read = (id: string, at: number) => ({
      reasoning,
      calls: [{ id, name: 'read_file', arguments: JSON.stringify({ path: 'README.md', start_line: at }) }],
    });
    const session = await open([read('a', 1), read('b', 2), read('c', 3), { text: 'late' }]);
    expect((await ask(session)).outcome).toBe('failed');
    expect(notices().at(-1)).toContain('three times in a row');
    expect(events.filter((event) => event.type === 'tool_call_start')).toHaveLength(2);
  });

  test('an answer in another language is told once a session', async () => {
    const chinese = { text: '这个函数读取文件并返回它的内容，没有其他作用。' };
    const session = await open([chinese, chinese]);
    await ask(session, 'What does this function do?');
    await ask(session, 'And what does the other function do?');
    expect(notices().filter((text) => text.includes('another language'))).toHaveLength(1);
  });
});

test('API-06, API-22: an answer that is not whole offers to go on, and a file of it is not written', async () => {
  const cut = { id: 'a', name: 'write_file', arguments: '{"path":"half.txt","content":"half of' };
  const noReason = (event: string): boolean => /"finish_reason":"/.test(event);
  const session = await open([
    { text: 'Half', calls: [cut], stopReason: 'length' },
    { text: 'Half of it.', fault: { kind: 'drop', drop: noReason } },
  ]);
  for (const half of ['Half', 'Half of it.']) {
    expect(await ask(session)).toMatchObject({ outcome: 'failed', text: half });
    const last = events.findLast((event) => event.type === 'notice');
    expect(last).toMatchObject({
      text: expect.stringContaining('not complete') as string,
      action: { kind: 'continue' },
    });
  }
  expect(existsSync(join(place.folder, 'half.txt'))).toBe(false);
});

describe('calls that cannot be run', () => {
  const raw = (id: string, args: string, name = 'edit_file'): Turn => ({ calls: [{ id, name, arguments: args }] });
  const before = (): string => readFileSync(join(place.folder, 'README.md'), 'utf8');

  test.each(['openai', 'anthropic'] as const)(
    'API-19: truncated arguments go back once as an error, then the turn stops (%s)',
    async (wire) => {
      const text = before();
      const session = await open(
        [raw('a', '{"path":"README.md","hu'), raw('b', '{"path":"README.md","hunks":['), { text: 'late' }],
        wire,
      );
      expect((await ask(session)).outcome).toBe('failed');
      expect(place.workspace.simulator.requests).toHaveLength(2);
      expect(JSON.stringify(lastMessage(2))).toContain('not valid JSON');
      expect(notices().at(-1)).toContain('not repaired');
      expect(before()).toBe(text);
    },
  );

  const wrong: [string, Turn][] = [
    ['an unknown tool', raw('a', '{}', 'delete_everything')],
    ['wrong types', raw('a', '{"path":7,"hunks":"all"}')],
    ['extra fields', raw('a', '{"path":"README.md","hunks":[{"old_text":"Small","new_text":"L","force":true}]}')],
    [
      '5 MB of arguments',
      raw('a', JSON.stringify({ path: 'README.md', hunks: [{ old_text: 'Small', new_text: ' '.repeat(5e6) }] })),
    ],
    [
      'a __proto__ member',
      raw('a', '{"path":"README.md","hunks":[{"old_text":"Small","new_text":"L"}],"__proto__":{"polluted":1}}'),
    ],
  ];
  test.each(wrong)('API-34: %s goes back as an error and changes nothing', async (_, turn) => {
    const text = before();
    const session = await open([turn, { text: 'I see.' }]);
    expect((await ask(session)).outcome).toBe('done');
    const result = lastMessage(2);
    expect(result).toMatchObject({ role: 'tool' });
    expect(JSON.stringify(result)).toMatch(/There is no tool named|were not accepted, so nothing was done/);
    expect(before()).toBe(text);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('API-34: three such replies are answered, the fourth ends the turn', async () => {
    const turns = ['a', 'b', 'c', 'd', 'e'].map((id, index) => raw(id, JSON.stringify({ wrong: index })));
    const session = await open(turns);
    expect((await ask(session)).outcome).toBe('failed');
    expect(place.workspace.simulator.requests).toHaveLength(4);
    expect(notices().at(-1)).toContain('in a way that is not accepted');
  });

  test('api-9.26: arguments are parsed strictly and never mended', async () => {
    const text = before();
    const session = await open([raw('a', '{"path": README.md, "hunks": []}'), { text: 'I see.' }]);
    await ask(session);
    expect(JSON.stringify(lastMessage(2))).toContain('not valid JSON');
    expect(before()).toBe(text);
  });
});
