import { describe, expect, it } from 'vitest';
import { createTools, parseArguments, toolSpecs } from '../../../src/core/tools/toolList.js';

const tools = createTools();
const tool = (name: string) => tools.find((one) => one.name === name)!;

describe('the tool list', () => {
  it('is sorted, complete and the same each time', () => {
    const names = tools.map(({ name }) => name);
    expect(names).toEqual([
      'command_output',
      'delete_file',
      'edit_file',
      'find_references',
      'get_diagnostics',
      'list_files',
      'move_file',
      'read_file',
      'rename_symbol',
      'report_findings',
      'run_command',
      'search_files',
      'write_file',
    ]);
    expect(JSON.stringify(toolSpecs(createTools()))).toBe(JSON.stringify(toolSpecs(tools)));
  });

  it('is a strict JSON Schema without noise, short enough to ride along in every request', () => {
    const specs = toolSpecs(tools);
    for (const { schema } of specs) {
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(schema).not.toHaveProperty('$schema');
    }
    const json = JSON.stringify(specs);
    expect(json).not.toContain(String(Number.MAX_SAFE_INTEGER));
    // About four characters a token; system text and tools together stay under 4,000 tokens.
    expect(json.length).toBeLessThan(8000);
  });
});

describe('arguments', () => {
  it('are taken as they are', () => {
    const raw = '{"path":"a","hunks":[{"old_text":"x","new_text":"y","line":3}]}';
    expect(parseArguments(tool('edit_file'), raw)).toEqual({ ok: true, value: JSON.parse(raw) as unknown });
    expect(parseArguments(tool('list_files'), '')).toEqual({ ok: true, value: {} });
  });

  const refused: [string, string, string, RegExp][] = [
    ['cut off', 'edit_file', '{"path":"a","hunks":[{"old', /not valid JSON/],
    ['single quotes', 'read_file', "{'path':'a'}", /not valid JSON/],
    ['trailing comma', 'read_file', '{"path":"a",}', /not valid JSON/],
    ['unknown name', 'read_file', '{"path":"a","file":"b"}', /file/],
    ['missing', 'write_file', '{"path":"a"}', /content/],
    ['wrong type, not coerced', 'read_file', '{"path":"a","start_line":"3"}', /start_line/],
    ['fraction', 'read_file', '{"path":"a","start_line":1.5}', /start_line/],
    ['no hunks', 'edit_file', '{"path":"a","hunks":[]}', /hunks/],
    ['not an object', 'read_file', '["a"]', /expected object/],
    ['null', 'read_file', 'null', /expected object/],
    ['prototype', 'read_file', '{"path":"a","__proto__":{"path":"b"}}', /__proto__/],
    [
      'deep prototype',
      'edit_file',
      '{"path":"a","hunks":[{"__proto__":{},"old_text":"a","new_text":"b"}]}',
      /__proto__/,
    ],
    ['too long', 'write_file', `{"path":"a","content":"${'x'.repeat(4 * 1024 * 1024)}"}`, /Split the call/],
  ];
  it.each(refused)('refused in a sentence: %s', (_, name, raw, pattern) => {
    const parsed = parseArguments(tool(name), raw);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) {
      expect(parsed.sentence).toMatch(pattern);
      expect(parsed.sentence).toContain(`The arguments of ${name} were not accepted`);
    }
  });
});
