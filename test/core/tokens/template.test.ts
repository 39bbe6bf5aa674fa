import { beforeAll, describe, expect, test } from 'vitest';
import type { AssistantMessage, Message } from '../../../src/core/model/types.js';
import { createTokenCounter, type TokenCounter } from '../../../src/core/tokens/counter.js';
import { loadTokenTables } from '../../../src/core/tokens/tables.js';
import { countPrompt, type Prompt } from '../../../src/core/tokens/template.js';
import { buildTables } from './support.js';

let counter: TokenCounter;

beforeAll(async () => {
  counter = createTokenCounter(loadTokenTables((await buildTables()).file));
});

const addedTokens = /<｜begin▁of▁sentence｜>|<｜end▁of▁sentence｜>|<｜User｜>|<｜Assistant｜>|<\/?think>|｜DSML｜/;

/** Tokens of a prompt written out as the template does, each added token being one. */
function countRendered(rendered: string): number {
  const texts = rendered.split(addedTokens);
  return texts.reduce((sum, text) => sum + counter.countText(text), texts.length - 1);
}

function answer(parts: Partial<AssistantMessage>): AssistantMessage {
  return { role: 'assistant', reasoning: 'Well.', text: '', calls: [], ...parts };
}

function prompt(messages: Message[], more: Partial<Prompt> = {}): Prompt {
  return { system: 'Be brief.', tools: [], messages, thinking: 'off', ...more };
}

function count(of: Prompt, packs: [string, number][] = []): number {
  return countPrompt(counter, of, new Map(packs));
}

const tool = { name: 'read_file', description: 'Reads “one”.', schema: { type: 'object', required: ['path'], n: 1 } };
const toolLine =
  '{"name": "read_file", "description": "Reads “one”.", "parameters": {"type": "object", "required": ["path"], "n": 1}}';

describe('a prompt counts as the template writes it', () => {
  test('thinking and not', () => {
    const messages: Message[] = [{ role: 'user', text: 'Hello! 毕老师' }];
    const start = '<｜begin▁of▁sentence｜>Be brief.<｜User｜>Hello! 毕老师<｜Assistant｜>';
    expect(count(prompt(messages))).toBe(countRendered(`${start}</think>`));
    expect(count(prompt(messages, { thinking: 'low' }))).toBe(countRendered(`${start}<think>`));
    expect(count(prompt(messages, { thinking: 'high' }))).toBe(countRendered(`${start}<think>`));
    expect(count(prompt(messages, { thinking: 'max' }))).toBe(countRendered(`${start}<think>`) + 79);
  });

  test('user messages and tool results side by side are one turn', () => {
    const messages: Message[] = [
      { role: 'user', text: 'one.' },
      { role: 'user', text: '\ntwo' },
      answer({ text: 'ok' }),
      { role: 'tool', call: '1', name: 'f', text: 'a\n', failed: false },
      { role: 'tool', call: '2', name: 'f', text: '', failed: true },
      { role: 'user', text: '  3' },
    ];
    expect(count(prompt(messages))).toBe(
      countRendered(
        '<｜begin▁of▁sentence｜>Be brief.<｜User｜>one.\n\n\ntwo<｜Assistant｜></think>ok<｜end▁of▁sentence｜>' +
          '<｜User｜><tool_result>a\n</tool_result>\n\n<tool_result></tool_result>\n\n  3<｜Assistant｜></think>',
      ),
    );
  });

  test('tools, calls and the reasoning that tools keep', () => {
    const calls = [
      { id: '1', name: 'read_file', arguments: '{"path":"a b.ts","lines":[1,2],"deep":{"x":null,"y":true}}' },
      { id: '2', name: 'list_files', arguments: '{}' },
      { id: '3', name: 'edit_file', arguments: '{"path": ' },
    ];
    const messages: Message[] = [
      { role: 'user', text: 'go' },
      answer({ text: 'Reading.', reasoning: 'Let me look.', calls }),
      { role: 'tool', call: '1', name: 'read_file', text: 'x', failed: false },
    ];
    const rendered =
      `<｜begin▁of▁sentence｜>Be brief.\n\n<think>${toolLine}\n${toolLine}\n\n<think>` +
      '<｜User｜>go<｜Assistant｜><think>Let me look.</think>Reading.\n\n' +
      '<｜DSML｜tool_calls>\n' +
      '<｜DSML｜invoke name="read_file">\n' +
      '<｜DSML｜parameter name="path" string="true">a b.ts</｜DSML｜parameter>\n' +
      '<｜DSML｜parameter name="lines" string="false">[1, 2]</｜DSML｜parameter>\n' +
      '<｜DSML｜parameter name="deep" string="false">{"x": null, "y": true}</｜DSML｜parameter>\n' +
      '</｜DSML｜invoke>\n' +
      '<｜DSML｜invoke name="list_files">\n\n</｜DSML｜invoke>\n' +
      '<｜DSML｜invoke name="edit_file">\n' +
      '<｜DSML｜parameter name="arguments" string="true">{"path": </｜DSML｜parameter>\n' +
      '</｜DSML｜invoke>\n' +
      '</｜DSML｜tool_calls><｜end▁of▁sentence｜>' +
      '<｜User｜><tool_result>x</tool_result><｜Assistant｜><think>';
    // The two <think> around the list of tools stand for the fixed texts of 203 and 18 tokens.
    expect(count(prompt(messages, { tools: [tool, tool], thinking: 'high' }))).toBe(
      countRendered(rendered) - 2 + 203 + 18,
    );
  });

  test('without tools, reasoning counts only after the last user message', () => {
    const turn = (reasoning: string): Message[] => [{ role: 'user', text: 'a' }, answer({ reasoning, text: 'b' })];
    const short = count(prompt([...turn('x'), { role: 'user', text: 'c' }], { thinking: 'high' }));
    expect(count(prompt([...turn('a long thought'), { role: 'user', text: 'c' }], { thinking: 'high' }))).toBe(short);
    expect(count(prompt(turn('a long thought'), { thinking: 'high' }))).toBeGreaterThan(
      count(prompt(turn('x'), { thinking: 'high' })),
    );
    expect(count(prompt(turn('a long thought')))).toBe(count(prompt(turn('x'))));
  });
});

test('a pack counts as the caller says, and that is exact', () => {
  const pack = '<pack>\n<file a.ts>\nlet x = 42;\n</file>\nEnd of pack';
  const others: Message[] = [{ role: 'user', text: '<change 1>\n\n  9\nEnd of change' }, answer({ text: 'ok' })];
  const withPack: Message[] = [{ role: 'user', packSha256: 'abc' }, ...others];
  const written: Message[] = [{ role: 'user', text: pack }, ...others];
  expect(count(prompt(withPack), [['abc', counter.countText(pack)]])).toBe(count(prompt(written)));
  expect(() => count(prompt(withPack))).toThrow('abc');
});
