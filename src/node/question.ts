/** What a command has asked: its last line, and whether the answer may be seen on a screen while it is typed. */

export interface Question {
  /** Output without control sequences. */
  addOutput(text: string): void;
  /** What was typed is not in the output, and ends the line of the question. */
  noteTyped(): void;
  /** The last line that is not empty. */
  text(): string;
  /** That line is not ended. */
  isOpen(): boolean;
  /** It is not ended, and ends as questions do. */
  isLikely(): boolean;
  asksForSecret: () => boolean;
}

/** The end of a question says what it is about. */
const longestQuestion = 500;
/** Characters of a piece of output in which its last lines are looked for. */
const mostSearched = 4096;

/** How questions end. A bracket closes a choice, `[Y/n]` or `(name)`, and not a bar. */
const questionEnd = /(?:[?:>\u00bb\u203a\u276f$]|[\p{L}\p{N}/"'][\])])[ \t]*$/u;
/** Nothing but the sign at which to type: what it asks for stands above it. */
const bareSign = /^[?:>\u00bb\u203a\u276f]$/;

/** Of several languages, as sudo and its like speak them; `GITHUB_TOKEN` is one, `tokenizer` is none. */
const secretWords = new RegExp(
  [
    String.raw`(?<!\p{L})(?:pass(?:words?|phrases?|codes?|wd)?|secrets?|tokens?|pins?|otp|credentials?|(?:api|private|access)[ _-]?keys?|(?:verification|security|authentication|login|2fa|mfa) code)(?!\p{L})`,
    String.raw`passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|heslo|lösenord|adgangskode|passord|salasana|şifre|parola|jelszó|пароль|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호`,
  ].join('|'),
  'iu',
);
const repeats = /(?<!\p{L})(?:again|once more|repeat|re-?type|re-?enter|confirm(?:ation)?|verify(?:ing)?)(?!\p{L})/iu;

export function looksLikeQuestion(line: string): boolean {
  return questionEnd.test(line);
}

export function namesSecret(line: string): boolean {
  return secretWords.test(line);
}

export function createQuestion(): Question {
  let finished = '';
  let unfinished = '';
  /** Since the last answer; what is printed between a question and its answer does not take it back. */
  let askedForSecret = false;
  let answeredSecret = false;
  const isOpen = (): boolean => unfinished.trim() !== '';
  const text = (): string => (isOpen() ? unfinished : finished).trim();
  const asksForSecret = (): boolean =>
    askedForSecret ||
    namesSecret(text()) ||
    (bareSign.test(unfinished.trim()) && namesSecret(finished)) ||
    (answeredSecret && repeats.test(text()));
  return {
    ...{ isOpen, text, asksForSecret },
    isLikely: () => looksLikeQuestion(unfinished),
    addOutput(output) {
      const lines = (unfinished + output.slice(-mostSearched)).split('\n');
      // The line that goes on may have been a question before.
      askedForSecret ||= [unfinished, ...lines].some((line) => looksLikeQuestion(line) && namesSecret(line));
      unfinished = lines.pop()!.slice(-longestQuestion);
      finished = lines.findLast((line) => line.trim() !== '')?.slice(-longestQuestion) ?? finished;
    },
    noteTyped() {
      answeredSecret = asksForSecret();
      askedForSecret = false;
      if (isOpen()) finished = unfinished;
      unfinished = '';
    },
  };
}
