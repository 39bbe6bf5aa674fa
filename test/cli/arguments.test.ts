import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { helpText, parseCommandLine } from '../../src/cli/arguments.js';
import { exitCodeOf } from '../../src/cli/exitCodes.js';

function parse(...argv: string[]) {
  const invocation = parseCommandLine(argv, {});
  if (invocation.kind !== 'command') throw new Error(invocation.kind);
  return invocation.arguments;
}

test('the defaults are the careful ones', () => {
  expect(parse('run', 'x')).toMatchObject({
    approve: 'ask',
    allow: [],
    deny: [],
    model: 'v4-flash',
    thinking: 'high',
    wire: 'openai',
    rehearse: false,
    maxSteps: 50,
  });
});

test('repeatable options keep their order and their exact text', () => {
  expect(parse('run', 'x', '--allow', 'npm test', '--allow', ' a; b').allow).toEqual(['npm test', ' a; b']);
  expect(parse('run', 'x', '--deny', 'git push').deny).toEqual(['git push']);
});

test('files are excluded, brought back and let in by patterns, the last one having the last word', () => {
  const given = parse('pack', '--exclude', '*.md', '--exclude', '!README.md', '--include-secret-file', '.env.test');
  expect(given).toMatchObject({ exclude: ['*.md', '!README.md'], includeSecretFiles: ['.env.test'] });
  expect(parse('pack')).toMatchObject({ exclude: [], includeSecretFiles: [] });
});

test('the base URL may come from the environment, the option wins', () => {
  const env = { BALEEN_BASE_URL: 'http://127.0.0.1:1' };
  expect(parseCommandLine(['run', 'x'], env)).toMatchObject({ arguments: { baseUrl: 'http://127.0.0.1:1' } });
  expect(parseCommandLine(['run', 'x', '--base-url', 'http://127.0.0.1:2'], env)).toMatchObject({
    arguments: { baseUrl: 'http://127.0.0.1:2' },
  });
});

test.each([
  [['fly']],
  [['run', 'x', '--approve', 'all']],
  [['run', 'x', '--thinking', 'medium']],
  [['run', 'x', '--max-steps', '0']],
  [['run', 'x', '--max-cost', 'free']],
  [['run', 'x', '--no-such-option']],
  [['review', '--fail-on', 'fatal']],
])('%j is bad usage, said in a sentence', (argv) => {
  expect(() => parse(...argv)).toThrow(/\. See baleen --help\.$/);
});

test('each outcome has the exit code of the contract', () => {
  const outcomes = [
    'done',
    'failed',
    'bad_usage',
    'verification_failed',
    'cap_reached',
    'refused',
    'overflow',
    'api_refused',
    'findings',
    'cancelled',
  ] as const;
  expect(outcomes.map(exitCodeOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 130]);
});

test('the help names every option that is understood, in 80 columns', () => {
  const source = readFileSync(new URL('../../src/cli/arguments.ts', import.meta.url), 'utf8');
  const known = [...source.matchAll(/^ {2}'?([a-z-]+)'?: \{ type: '/gm)].map(([, name]) => `--${name}`);
  expect(known.length).toBeGreaterThan(20);
  for (const option of known) expect(helpText).toMatch(new RegExp(`${option}\\b`));
  expect(helpText.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
