import { expect, it } from 'vitest';
import { readCommand, readExplained, readRenaming, readReplacing, readSought } from '../../src/rehearsal/words.js';

it.each([
  ['rename fetchUser to loadUser everywhere and run the tests', 'fetchUser', 'loadUser'],
  ['Please rename the function `a b` to `c d` everywhere.', 'a b', 'c d'],
  ['rename "X" into Y.', 'X', 'Y'],
  ['Benenne fetchUser in loadUser um und führe die Tests aus', 'fetchUser', 'loadUser'],
  ['把 fetchUser 重命名为 loadUser', 'fetchUser', 'loadUser'],
  ['将`旧名`改名为`新名`，然后运行测试', '旧名', '新名'],
])('reads the two names of: %s', (text, from, to) => {
  expect(readRenaming(text)).toEqual({ from, to });
});

it('reads a replacing only for rules, and no renaming of a name to itself', () => {
  expect(readReplacing('Replace getAll by listAll')).toEqual({ from: 'getAll', to: 'listAll' });
  expect(readRenaming('replace getAll by listAll')).toBeUndefined();
  expect(readRenaming('rename a to a')).toBeUndefined();
  expect(readRenaming('rename everything nicely')).toBeUndefined();
});

it.each([
  ['rename a to b everywhere and run the tests', { kind: 'tests' }],
  ['run all tests', { kind: 'tests' }],
  ['run `make check` and report', { kind: 'command', command: 'make check' }],
  ['run "npm run lint"', { kind: 'command', command: 'npm run lint' }],
  ['run npm test and report', { kind: 'command', command: 'npm test' }],
  ['rename a to b and run node check.mjs.', { kind: 'command', command: 'node check.mjs' }],
  ['führe `make` aus', { kind: 'command', command: 'make' }],
  ['rename a to b everywhere', undefined],
  ['run the linter', undefined],
])('reads the command of: %s', (text, command) => {
  expect(readCommand(text)).toEqual(command);
});

it('reads what is sought and what is to be explained', () => {
  expect(readSought('find `parseConfig`')).toBe('parseConfig');
  expect(readSought('Where is parseConfig defined?')).toBe('parseConfig');
  expect(readSought('wo ist parseConfig?')).toBe('parseConfig');
  expect(readExplained('explain src/a.ts, please')).toBe('src/a.ts');
  expect(readExplained('What does the file src/a.ts do?')).toBe('src/a.ts');
});
