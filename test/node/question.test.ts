/** Whether an answer may be seen while it is typed, by what the command has printed. */
import { describe, expect, it } from 'vitest';
import { createQuestion, namesSecret } from '../../src/node/question.js';

describe('a secret is asked for', () => {
  it.each([
    ...['Password: ', 'Enter passphrase for key "id": ', '[sudo] Passwort für kim: ', 'Mot de passe : ', '密码：'],
    ...['GITHUB_TOKEN: ', 'API-Key?', 'Enter PIN:', 'passwd:', 'AWS_SECRET_ACCESS_KEY> ', 'Verification code: '],
  ])('by %j', (line) => expect(namesSecret(line)).toBe(true));

  it.each(['package name: (pod)', 'Tokenizer? ', 'Compass heading: ', 'Pinned version? ', 'Opting in? [y/N] ', ''])(
    'not by %j',
    (line) => expect(namesSecret(line)).toBe(false),
  );

  it('until it is answered, whatever others print meanwhile, and when it is to be said again', () => {
    const question = createQuestion();
    question.addOutput('Password: ');
    question.addOutput('\n1 package\n2 packages\n');
    expect(question.text()).toBe('2 packages');
    expect(question.asksForSecret()).toBe(true);
    question.noteTyped();
    expect(question.asksForSecret()).toBe(false);
    question.addOutput('Enter it again: ');
    expect(question.asksForSecret()).toBe(true);
    question.noteTyped();
    question.addOutput('\nShip it? [y/N] ');
    expect(question.asksForSecret()).toBe(false);
    question.noteTyped();
    question.addOutput('\nConfirm: ');
    expect(question.asksForSecret()).toBe(false);
  });

  it('above the sign at which it is typed', () => {
    const question = createQuestion();
    question.addOutput('Type the token of the registry\n> ');
    expect(question.asksForSecret()).toBe(true);
    question.noteTyped();
    question.addOutput('It has no tokens left.\nWhat now?\n> ');
    expect(question.asksForSecret()).toBe(false);
  });
});
