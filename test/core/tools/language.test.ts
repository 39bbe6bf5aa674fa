/** The tools over language services. Without an editor they search real files; the editor's own are in test/vscode. */
import { afterEach, describe, expect, it } from 'vitest';
import type { FileDiagnostics, Language, LanguageAnswer, RenamedFile, TextRange } from '../../../src/core/host.js';
import { judge } from '../../../src/core/agent/approval.js';
import type { Prepared } from '../../../src/core/tools/tool.js';
import { restoreAll } from '../../support/restoreAll.js';
import { createBench, type Bench } from './bench.js';

const files = {
  'src/greet.ts': '// greet is polite\nexport function greet(name: string) {\n  return `greet ${name}`;\n}\n',
  'src/main.ts': "import { greet } from './greet';\n\ngreet(greet('you'));\nregreet();\n",
  'notes.md': 'Call greet first.\n',
  'package.json': '{ "name": "greet" }\n',
  'ignored/old.ts': 'greet();\n',
  '.gitignore': 'ignored/\n',
};
const key = `ghp_${'a1B2'.repeat(9)}`;

const openBench = (contents: Record<string, string | Buffer>, language?: (root: string) => Language): Promise<Bench> =>
  createBench(contents, language === undefined ? {} : { language });

let bench: Bench;
afterEach(() => bench.dispose());

function ready(prepared: Prepared): Extract<Prepared, { kind: 'ready' }> {
  if (prepared.kind !== 'ready') throw new Error(prepared.result.text);
  return prepared;
}

describe('without a language server', () => {
  it('diagnostics are unknown, and the answer says what to do instead', async () => {
    bench = await openBench(files);
    const result = await bench.call('get_diagnostics', { paths: ['src/greet.ts', 'ignored/old.ts', '../x'] });
    expect(result.text.split('\n')).toEqual([
      "src/greet.ts: unknown: no language server here; run the project's own check",
      'Refused: ignored/old.ts is left out by the ignore rules, so it is not read.',
      expect.stringMatching(/^Refused: "\.\.\/x"/),
    ]);
  });

  it('an edit says nothing of errors', async () => {
    bench = await openBench(files);
    const hunks = [{ old_text: 'polite', new_text: 'kind' }];
    const edited = await bench.call('edit_file', { path: 'src/greet.ts', hunks });
    const written = await bench.call('write_file', { path: 'src/new.ts', content: 'const x: number = "";\n' });
    expect(edited.text + written.text).not.toMatch(/[Ee]rror/);
  });

  it('references are every whole word of the listed files, and the answer says so', async () => {
    bench = await openBench(files);
    const result = await bench.call('find_references', { path: 'src/main.ts', symbol: 'greet', line: 3 });
    expect(result.text.split('\n')).toEqual([
      '7 lines with "greet" in 4 files, by search, not by a language server (there is no language server here): look at each.',
      'notes.md:1: Call greet first.',
      'package.json:1: { "name": "greet" }',
      'src/greet.ts:1: // greet is polite',
      'src/greet.ts:2: export function greet(name: string) {',
      'src/greet.ts:3:   return `greet ${name}`;',
      "src/main.ts:1: import { greet } from './greet';",
      "src/main.ts:3: greet(greet('you'));",
    ]);
    expect(result.shows).toEqual(['notes.md', 'package.json', 'src/greet.ts', 'src/main.ts']);
  });

  it('a buffer counts, and not the file behind it', async () => {
    bench = await openBench(files);
    bench.unsaved.set('notes.md', { text: 'Nothing here.\n', version: 1 });
    bench.unsaved.set('src/main.ts', { text: 'one();\ngreet();\n', version: 1 });
    const { text } = await bench.call('find_references', { path: 'src/greet.ts', symbol: 'greet', line: 2 });
    expect(text).not.toContain('notes.md');
    expect(text.split('\n').filter((row) => row.startsWith('src/main.ts'))).toEqual(['src/main.ts:2: greet();']);
  });

  it('a symbol that stands in several lines is asked for with their list', async () => {
    bench = await openBench(files);
    const textOf = async (tool: string, args: object) => {
      const prepared = await bench.prepare(tool, { path: 'src/main.ts', ...args });
      return prepared.kind === 'decided' && !prepared.refused ? prepared.result.text : '';
    };
    expect(await textOf('find_references', { symbol: 'greet' })).toBe(
      `"greet" stands in 2 lines of src/main.ts; say in which it is meant:\nsrc/main.ts:1: import { greet } from './greet';\nsrc/main.ts:3: greet(greet('you'));`,
    );
    const other = { symbol: 'greet', line: 4, new_name: 'x' };
    expect(await textOf('rename_symbol', other)).toMatch(/stands in 2 lines of src\/main\.ts, but not in line 4:/);
    const none = await textOf('find_references', { symbol: 'hello' });
    expect(none).toBe('src/main.ts does not hold "hello" as a whole word.');
  });

  const args = { path: 'src/greet.ts', symbol: 'greet', line: 2, new_name: 'welcome' };

  it('a rename changes every whole word, asks once with all diffs, and one undo brings all back', async () => {
    bench = await openBench(files);
    const prepared = ready(await bench.prepare('rename_symbol', args));
    const { subject } = prepared;
    const paths = ['notes.md', 'package.json', 'src/greet.ts', 'src/main.ts'] as const;
    expect(subject?.kind === 'edits' && subject.files.map(({ path }) => path)).toEqual(paths);
    expect(JSON.stringify(subject)).toContain('+export function welcome(name: string) {');
    expect(bench.read('src/greet.ts')).toBe(files['src/greet.ts']);
    const result = await prepared.run();
    expect(result.failed).toBe(false);
    expect(result.text).toMatch(
      /^Renamed "greet" to "welcome": 9 places in 4 files, by search, not by a language server \(there is no language server here\): look at each, strings and comments are among them\.\nnotes\.md: 1 place\n-1\tCall greet first\.\n\+1\tCall welcome first\./,
    );
    for (const path of paths) expect(bench.read(path)).toBe(files[path].replace(/\bgreet\b/g, 'welcome'));
    expect(bench.read('ignored/old.ts')).toBe('greet();\n');
    expect(result.details).toMatchObject({ kind: 'edits', files: [{}, {}, {}, { path: 'src/main.ts', added: 2 }] });
    expect([...bench.turn.changed].sort()).toEqual(paths);
    await restoreAll(bench.journal, bench.turn.checkpoint.id);
    for (const path of paths) expect(bench.read(path)).toBe(files[path]);
  });

  it('PRF-02: a protected file among them asks even where edits run', async () => {
    bench = await openBench(files);
    const commands = { judge: () => Promise.reject(new Error('no command')), remember: async () => undefined };
    const policy = { mode: 'auto-edit', commands } as const;
    const guarded = ready(await bench.prepare('rename_symbol', args));
    const verdict = await judge(policy, guarded.subject);
    expect(verdict.kind === 'ask' && verdict.reason).toMatch(/^package\.json is protected/);
    const free = { ...args, symbol: 'polite', line: 1 };
    expect(await judge(policy, ready(await bench.prepare('rename_symbol', free)).subject)).toEqual({ kind: 'run' });
  });

  it('G9: a file that changed meanwhile is left and named, the others are written', async () => {
    bench = await openBench(files);
    const prepared = ready(await bench.prepare('rename_symbol', args));
    bench.write('notes.md', 'The user typed greet.\n');
    const result = await prepared.run();
    expect(result.failed).toBe(true);
    expect(result.text).toMatch(/^Partly renamed "greet" to "welcome": 8 places in 3 of 4 files/);
    expect(result.text).toMatch(/^notes\.md: not changed: notes\.md has changed since/m);
    expect(bench.read('notes.md')).toBe('The user typed greet.\n');
    expect(bench.read('src/greet.ts')).toContain('function welcome');
  });

  it('a stop leaves what is not written yet as it is, and says which', async () => {
    bench = await openBench(files);
    const prepared = ready(await bench.prepare('rename_symbol', args));
    bench.controller.abort();
    const result = await prepared.run();
    expect(result.text).toMatch(/^Not renamed: [^]*src\/main\.ts: not changed: The user stopped the turn/);
    expect(bench.read('src/main.ts')).toBe(files['src/main.ts']);
  });

  it('keeps line ends, encoding and secrets, and never renames inside a placeholder', async () => {
    const first = `\ufeffconst github = "${key}"; // caf\u00e9\r\nuse(github);\r\n`;
    const second = Buffer.from('github(); // caf\xe9\n', 'latin1');
    bench = await openBench({ 'a.js': first, 'b.js': second });
    const rename = { path: 'a.js', symbol: 'github', line: 2, new_name: 'token2' };
    const result = await bench.call('rename_symbol', rename);
    expect(result.text).toMatch(/^Renamed "github" to "token2": 3 places in 2 files/);
    expect(result.text).not.toContain(key);
    expect(bench.read('a.js')).toBe(first.replace('const github', 'const token2').replace('use(github', 'use(token2'));
    expect(bench.readBytes('b.js')).toEqual(Buffer.from('token2(); // caf\xe9\n', 'latin1'));
  });

  it('refuses names that are none', async () => {
    bench = await openBench(files);
    for (const newName of ['two words', 'greet', '\u27e6secret:github#1\u27e7']) {
      const prepared = await bench.prepare('rename_symbol', { ...args, new_name: newName });
      expect(prepared).toMatchObject({ kind: 'decided', refused: true });
    }
  });
});

type Places = { places: { path: string; range: TextRange }[] };

/** Answers as a language server would. */
function createServer(answers: {
  diagnostics?: (path: string, text: string) => FileDiagnostics;
  references?: (word: TextRange) => LanguageAnswer<Places>;
  rename?: (word: TextRange) => LanguageAnswer<{ files: RenamedFile[] }>;
}): Language {
  const none = { kind: 'none', why: 'nobody answers' } as const;
  return {
    diagnostics: async (asked) => asked.map(({ path, text }) => answers.diagnostics?.(path, text) ?? none),
    references: async (_file, word) => answers.references?.(word) ?? none,
    rename: async (_file, word) => answers.rename?.(word) ?? none,
  };
}

/** Lines and columns from 1, as the answers show them. */
const range = (line: number, from: number, to: number): TextRange => ({
  start: { line: line - 1, column: from - 1 },
  end: { line: line - 1, column: to - 1 },
});
const error = (at: TextRange, message: string, code?: string) =>
  ({ severity: 'error', range: at, message, source: 'ts', ...(code === undefined ? {} : { code }) }) as const;

describe('with a language server', () => {
  it('an edit ends with the errors of the text that it wrote', async () => {
    const diagnostics = (_path: string, text: string): FileDiagnostics => {
      const found = /\d+(?= as string)/.exec(text);
      const errors = found === null ? [] : [error(range(2, 5, 6), `${found[0]} is no string`, '2322')];
      return { kind: 'known', diagnostics: errors };
    };
    bench = await openBench(files, () => createServer({ diagnostics }));
    const edit = (old_text: string, new_text: string) =>
      bench.call('edit_file', { path: 'src/greet.ts', hunks: [{ old_text, new_text }] });
    const bad = await edit('return `greet ${name}`', 'return 12 as string');
    expect(bad.failed).toBe(false);
    expect(bad.text).toMatch(/\n1 error right after this edit:\nsrc\/greet\.ts:2:5 error ts\(2322\): 12 is no string$/);
    expect((await edit('12 as string', '"12"')).text).toMatch(/\nNo errors right after this edit\.$/);
    const written = await bench.call('write_file', { path: 'src/new.ts', content: 'let x = 3 as string;\n' });
    expect(written.text).toMatch(/^Created src\/new\.ts: 1 line\.\n1 error right after this edit:\nsrc\/new\.ts:2:5/);
  });

  it('several edits of a reply are asked about once, behind the last', async () => {
    const asked: string[][] = [];
    bench = await openBench(files, () => ({
      ...createServer({}),
      diagnostics: async (all) => {
        asked.push(all.map(({ text }) => text));
        return all.map(() => ({ kind: 'known', diagnostics: [error(range(1, 1, 2), 'it is wrong')] }));
      },
    }));
    bench.turn.editsFollow = true;
    for (const content of ['one\n', 'two\n']) {
      expect((await bench.call('write_file', { path: 'a.ts', content })).text).not.toContain('error');
    }
    bench.turn.editsFollow = false;
    const last = await bench.call('write_file', { path: 'b.ts', content: 'three\n' });
    expect(asked).toEqual([['two\n', 'three\n']]);
    expect(last.text).toMatch(/\n2 errors right after this edit:\na\.ts:1:1 [^\n]*\nb\.ts:1:1 /);
  });

  it('says unknown where nothing came in time, and is silent where nobody would tell', async () => {
    const diagnostics = (path: string): FileDiagnostics =>
      path.endsWith('.md') ? { kind: 'none', why: 'x' } : { kind: 'unknown', why: 'nothing was told within 2 s' };
    bench = await openBench(files, () => createServer({ diagnostics }));
    const written = await bench.call('write_file', { path: 'a.ts', content: 'one\n' });
    expect(written.text).toBe('Created a.ts: 1 line.\nErrors unknown: a.ts (nothing was told within 2 s).');
    expect((await bench.call('write_file', { path: 'a.md', content: 'one\n' })).text).toBe('Created a.md: 1 line.');
  });

  it('is short after a rename of many files, of which the editor is asked about some', async () => {
    let asked = 0;
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}.ts`, 'one();\n']));
    bench = await openBench(many, () => ({
      ...createServer({}),
      diagnostics: async (all) => {
        asked += all.length;
        return all.map(() => ({ kind: 'unknown', why: 'too slow' }));
      },
    }));
    const prepared = ready(await bench.prepare('rename_symbol', { path: 'f1.ts', symbol: 'one', new_name: 'two' }));
    expect(prepared.reason).toBe('60 files would change at once; so many ask in every mode.');
    const { text } = await prepared.run();
    expect(asked).toBe(50);
    expect(text).toMatch(
      /\nErrors unknown: f0\.ts \(too slow\), [^\n]* and 45 more\.\n\(errors of 10 more files: get_diagnostics\)$/,
    );
  });

  it('an edit is reported although its diagnostics fail', async () => {
    const diagnostics = (): FileDiagnostics => {
      throw new Error('the server is gone');
    };
    bench = await openBench(files, () => createServer({ diagnostics }));
    const written = await bench.call('write_file', { path: 'a.ts', content: 'one\n' });
    expect(written).toMatchObject({ failed: false, text: 'Created a.ts: 1 line.' });
    expect(bench.logged.join()).toContain('the server is gone');
  });

  it('SEC-10: shows messages with the secrets of the file hidden, shortened ones too', async () => {
    const diagnostics = (): FileDiagnostics => ({
      kind: 'known',
      diagnostics: [
        error(range(1, 7, 12), `Type '"${key}"' is not assignable to type 'number'.`),
        error(range(1, 7, 12), `Type '"${key.slice(0, 20)}..." is long.\n  Second line.`),
        { severity: 'warning', range: range(2, 1, 2), message: 'odd \u202e text' },
      ],
    });
    bench = await openBench({ 'a.ts': `const token: number = "${key}";\nx\n` }, () => createServer({ diagnostics }));
    const { text } = await bench.call('get_diagnostics', { paths: ['a.ts'] });
    expect(text).not.toContain(key.slice(0, 8));
    const hidden = /\u27e6secret:[a-z0-9-]+#1\u27e7/g;
    expect(text.replace(hidden, 'KEY').split('\n')).toEqual([
      'a.ts: 2 errors, 1 warning',
      `a.ts:1:7 error ts: Type '"KEY"' is not assignable to type 'number'.`,
      `a.ts:1:7 error ts: Type '"KEY..." is long. Second line.`,
      'a.ts:2:1 warning: odd \u27e6U+202E\u27e7 text',
    ]);
  });

  it('says whose text it was, and how many rows were left out', async () => {
    const many = Array.from({ length: 150 }, (_, index) => error(range(index + 1, 1, 2), `e${index}`));
    bench = await openBench(files, () => createServer({ diagnostics: () => ({ kind: 'known', diagnostics: many }) }));
    bench.unsaved.set('src/main.ts', { text: 'typed\n'.repeat(150), version: 1 });
    const { text } = await bench.call('get_diagnostics', { paths: ['src/main.ts'] });
    expect(text).toMatch(/^src\/main\.ts \(the editor's unsaved text\): 150 errors, 0 warnings\n/);
    expect(text).toMatch(/\n\(50 more not shown\)$/);
    const edit = { path: 'src/main.ts', hunks: [{ old_text: 'typed', new_text: 'changed', line: 1 }] };
    expect((await bench.call('edit_file', edit)).text).toMatch(
      /150 errors right after this edit \(unsaved text as the editor has it\):\n[^]*\(140 more errors: get_diagnostics\)$/,
    );
  });

  it('lists references with their lines; what is hidden or outside is a number', async () => {
    bench = await openBench(files, (root) => {
      const places = [
        { path: `${root}/src/main.ts`, range: range(1, 10, 15) },
        { path: `${root}/src/greet.ts`, range: range(2, 17, 22) },
        { path: `${root}/ignored/old.ts`, range: range(1, 1, 6) },
        { path: '/elsewhere/lib.d.ts', range: range(1, 1, 6) },
      ];
      return createServer({ references: () => ({ kind: 'answered', places }) });
    });
    const { text } = await bench.call('find_references', { path: 'src/greet.ts', symbol: 'greet', line: 2 });
    expect(text.split('\n')).toEqual([
      '2 references in 2 files, by the language server',
      'src/greet.ts:2: export function greet(name: string) {',
      "src/main.ts:1: import { greet } from './greet';",
      '(2 more in files that are left out or outside the workspace)',
    ]);
  });

  it('a word that stands twice in a line is asked about twice: strings drop out, two meanings are an error', async () => {
    const asked: TextRange[] = [];
    let meanings = 1;
    bench = await openBench(files, (root) => {
      const references = (word: TextRange): LanguageAnswer<Places> => {
        asked.push(word);
        const isString = meanings === 1 && word.start.column > 10;
        return { kind: 'answered', places: isString ? [] : [{ path: `${root}/src/main.ts`, range: word }] };
      };
      return createServer({ references });
    });
    const find = () => bench.call('find_references', { path: 'src/main.ts', symbol: 'greet', line: 1 });
    expect((await find()).text).toMatch(/^1 reference in 1 file, by the language server/);
    expect(asked).toEqual([range(1, 10, 15), range(1, 26, 31)]);
    meanings = 2;
    expect((await find()).text).toMatch(/means different things in line 1 of src\/main\.ts, at the columns 10, 26\./);
  });
});

describe('a rename by a language server', () => {
  const asEdit = (at: TextRange) => ({ range: at, text: 'welcome' });
  const edits = (root: string, text = files['src/greet.ts']): RenamedFile[] => [
    { path: `${root}/src/main.ts`, edits: [range(1, 10, 15), range(3, 1, 6), range(3, 7, 12)].map(asEdit) },
    { path: `${root}/src/greet.ts`, text, edits: [asEdit(range(2, 17, 22))] },
  ];
  const args = { path: 'src/greet.ts', symbol: 'greet', line: 2, new_name: 'welcome' };
  const renaming = (of: (root: string) => LanguageAnswer<{ files: RenamedFile[] }>) => (root: string) =>
    createServer({ rename: () => of(root) });

  it('changes what the server names and lists what it left alone', async () => {
    bench = await openBench(
      files,
      renaming((root) => ({ kind: 'answered', files: edits(root) })),
    );
    const result = await bench.call('rename_symbol', args);
    expect(result.text).toMatch(/^Renamed "greet" to "welcome": 4 places in 2 files, by the language server\.\n/);
    expect(result.text).toContain(
      [
        'Not touched by the language server (strings, comments, other symbols of this name): 4 lines',
        'notes.md:1: Call greet first.',
        'package.json:1: { "name": "greet" }',
        'src/greet.ts:1: // greet is polite',
        'src/greet.ts:3:   return `greet ${name}`;',
      ].join('\n'),
    );
    expect(result.shows).toEqual(['src/greet.ts', 'src/main.ts', 'notes.md', 'package.json']);
    const renamed = "import { welcome } from './greet';\n\nwelcome(welcome('you'));\nregreet();\n";
    expect(bench.read('src/main.ts')).toBe(renamed);
    expect(bench.read('notes.md')).toBe(files['notes.md']);
  });

  it('changes an unsaved document in its buffer and the others on disk', async () => {
    const typed = `// typed\n${files['src/greet.ts']}`;
    bench = await openBench(
      files,
      renaming((root) => {
        const open = { path: `${root}/src/greet.ts`, text: typed, edits: [asEdit(range(3, 17, 22))] };
        return { kind: 'answered', files: [edits(root)[0]!, open] };
      }),
    );
    bench.unsaved.set('src/greet.ts', { text: typed, version: 4 });
    const result = await bench.call('rename_symbol', { ...args, line: 3 });
    expect(result.text).toMatch(/src\/greet\.ts: 1 place \(in the editor, not saved/);
    expect(bench.unsaved.get('src/greet.ts')?.text).toBe(typed.replace('function greet', 'function welcome'));
    expect(bench.read('src/greet.ts')).toBe(files['src/greet.ts']);
    expect(bench.read('src/main.ts')).toContain('import { welcome }');
  });

  const otherText = /has another text of it than the disk/;
  const inMain = (root: string, at: TextRange) => [{ path: `${root}/src/main.ts`, edits: [asEdit(at)] }];
  const refusals: [string, (root: string) => LanguageAnswer<{ files: RenamedFile[] }>, RegExp][] = [
    ['the server says no', () => ({ kind: 'refused', why: 'You cannot rename this' }), /refuses it: You cannot/],
    ['the editor has another text', (root) => ({ kind: 'answered', files: edits(root, 'other') }), otherText],
    ['a place has another word', (root) => ({ kind: 'answered', files: inMain(root, range(1, 1, 5)) }), otherText],
    ['a place lies beyond', (root) => ({ kind: 'answered', files: inMain(root, range(99, 1, 5)) }), otherText],
    [
      'a file lies outside',
      (root) => ({ kind: 'answered', files: [...edits(root), { path: '/elsewhere/a.ts', edits: [] }] }),
      /outside the workspace/,
    ],
    [
      'a file is ignored',
      (root) => ({ kind: 'answered', files: [{ path: `${root}/ignored/old.ts`, edits: [asEdit(range(1, 1, 6))] }] }),
      /no file was changed: ignored\/old\.ts is left out/,
    ],
  ];
  it.each(refusals)('changes nothing at all where %s', async (_, rename, pattern) => {
    bench = await openBench(files, renaming(rename));
    const result = await bench.call('rename_symbol', args);
    expect(result.failed).toBe(true);
    expect(result.text).toMatch(pattern);
    for (const [path, text] of Object.entries(files)) expect(bench.read(path)).toBe(text);
  });
});
