import { describe, expect, it } from 'vitest';
import { createLineInput } from '../../src/vscode/lineInput.js';

/** Between `unseen` and `seen` the command asks for a secret. */
const [unseen, seen] = ['(unseen)', '(seen)'];

function typeAll(...typed: string[]): { sent: string[]; echoed: string } {
  const sent: string[] = [];
  let echoed = '';
  let isUnseen = false;
  const input = createLineInput({
    send: (text) => sent.push(text),
    echo: (text) => (echoed += text),
    isUnseen: () => isUnseen,
  });
  for (const data of typed) {
    if (data === unseen || data === seen) isUnseen = data === unseen;
    else input.type(data);
  }
  return { sent, echoed };
}

describe('typing into a command', () => {
  it('sends whole lines and shows what is typed', () => {
    expect(typeAll('y', 'es', '\r')).toEqual({ sent: ['yes\n'], echoed: 'yes\n' });
  });

  it('takes the last character back, whatever its length', () => {
    expect(typeAll('a🐋', '\u007f', 'b\r').sent).toEqual(['ab\n']);
    expect(typeAll('\u007f', '\r').sent).toEqual(['\n']);
  });

  it('passes Ctrl+C on by itself and forgets the line', () => {
    expect(typeAll('half', '\u0003', 'x\r')).toEqual({ sent: ['\u0003', 'x\n'], echoed: 'half^C\nx\n' });
  });

  it('closes the input with Ctrl+D, after what was typed', () => {
    expect(typeAll('end', '\u0004').sent).toEqual(['end', '\u0004']);
  });

  it('echoes nothing of a password, and takes back on the screen only what stands there', () => {
    expect(typeAll(unseen, 'orca', '\u007f', 'a\r', seen, 'y\r')).toEqual({ sent: ['orca\n', 'y\n'], echoed: '\ny\n' });
    expect(typeAll('a', unseen, 'b\u007f\u007fc\r')).toEqual({ sent: ['c\n'], echoed: 'a\b \b\n' });
  });

  it('takes a pasted text line by line', () => {
    expect(typeAll('one\r\ntwo\rthree').sent).toEqual(['one\n', 'two\n']);
  });

  it('ignores arrow keys and other controls', () => {
    expect(typeAll('\u001b[A', 'a\u0007b\r').sent).toEqual(['ab\n']);
  });
});
