import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminalApprover, describeCommand } from '../../src/cli/askOnTerminal.js';

const show = (command: string): string => describeCommand({ kind: 'command', command, cwd: '.' }, 'It asks.');

test('CMD-06, T19: a question on a terminal shows every byte, what is invisible by its name', () => {
  expect(show('ls\rrm x')).toContain('ls⟦U+000D⟧rm x');
  expect(show('ls\u2028rm x')).toContain('ls⟦U+2028⟧rm x');
  expect(show('ls\u00a0-la')).toContain('ls⟦U+00A0⟧-la');
  expect(show('ls \u202esrc')).toContain('ls ⟦U+202E⟧src');
  expect(show('cat a\u200d.txt')).toContain('a⟦U+200D⟧.txt');
  expect(show('ls \u001b[2K')).toContain('⟦U+001B⟧[2K');
  expect(show('l\u0455')).toContain('Not ASCII: \u0455 U+0455');
  expect(show(`ls${' '.repeat(500)}; rm x`)).toContain('ls⟦500 blanks⟧; rm x');
  expect(show(`ls${'\n'.repeat(90)}rm x`)).toContain('ls⟦90 line ends⟧rm x');
  // Nothing but its own marks and plain ASCII is left of a hostile line.
  const hostile = String.fromCodePoint(...Array.from({ length: 0x300 }, (_, code) => code + 1));
  expect(show(hostile).replace(/Not ASCII: .*/, '')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u00a0]/);
});

test('it lists the parts, which of them ask, and exactly what would be kept', () => {
  const subject = {
    kind: 'command' as const,
    command: 'ls && npm run build',
    cwd: '.',
    parts: [
      { text: 'ls', verdict: 'allowed' as const },
      { text: 'npm run build', verdict: 'asks' as const, why: 'is not allowed yet' },
    ],
    memory: { kind: 'always' as const, commands: ['npm run build'] },
  };
  expect(describeCommand(subject, 'It is not allowed yet.')).toBe(
    [
      'Run in .:',
      '  ls && npm run build',
      'Its parts:',
      '   ls\n     allowed',
      ' ! npm run build\n     asks: it is not allowed yet',
      'It is not allowed yet.',
      '"Always" keeps, for this workspace: npm run build',
    ].join('\n'),
  );
});

test('CMD-13: a yes that was typed before the question was there is none to it', async () => {
  const input = new PassThrough();
  let questions = 0;
  const err = (text: string): void => {
    if (!text.includes('Run in')) return;
    questions++;
    setTimeout(() => input.write('n\ny\ny'), 20);
  };
  const approver = createTerminalApprover(
    input as unknown as NodeJS.ReadStream,
    { err, out: () => undefined } as never,
  );
  const subject = { kind: 'command' as const, command: 'rm -rf src', cwd: '.' };
  input.write('y\ny\ny');
  for (const id of ['a', 'b']) {
    const request = { id, call: id, subject, reason: 'It is not allowed yet.' };
    expect(await approver.ask(request, new AbortController().signal)).toBe('rejected');
  }
  expect(questions).toBe(2);
});
