/**
 * The second reader of a shell line, beside tree-sitter: a few rules that cannot be misunderstood. A line runs without
 * asking only if both read the same commands in it. It knows printable ASCII, plain and quoted words, `&&`, `||`, `;`,
 * `|`, line ends, and redirections that reach no file; whatever else a shell has is not plain, and asks.
 */

export interface PlainCommand {
  /** As the program gets them, its own name first. */
  words: string[];
  /** The operator in front of it; line ends count as `;`. */
  before: 'start' | '&&' | '||' | '|' | ';';
}

const blanks = /[ \t]+/y;
const operators = /&&|\|\||[;|\n]/y;
/** No file is opened for these. What follows has to end the word. */
const harmlessRedirection = /(?:(?:[12]?>|&>|<)[ \t]*\/dev\/null|[12]?>&[12])(?![^ \t\n;|&])/y;
/** No glob, brace, comment, variable or escape; `~` only where it cannot stand for a home folder. */
const plainPiece = /(?:[A-Za-z0-9_./:=@%+,^-]|(?<=[A-Za-z0-9])~)+/y;
const singleQuoted = /'[ -&(-~]*'/y;
/** Without `$`, the back-tick and the backslash nothing inside double quotes means anything. */
const doubleQuoted = /"[ !#%-[\]-_a-~]*"/y;
const programName = /^[A-Za-z0-9_./+-]+$/;

/** What the shell takes for grammar where a command may begin. */
const reserved = new Set(
  '! [[ case coproc do done elif else esac fi for function if in select then time until while { }'.split(' '),
);

/** The commands of a line in their order, or `undefined` if it is not plain. */
export function readPlainLine(line: string): PlainCommand[] | undefined {
  const commands: PlainCommand[] = [];
  let words: string[] = [];
  let before: PlainCommand['before'] = 'start';
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(line)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const endCommand = (): void => {
    commands.push({ words, before });
    words = [];
  };
  while (at < line.length) {
    if (take(blanks) !== undefined) continue;
    const operator = take(operators);
    if (operator !== undefined) {
      if (words.length === 0) {
        // A line may end and begin between commands, and after an operator that waits for another one.
        if (operator !== '\n') return undefined;
        continue;
      }
      endCommand();
      before = operator === '\n' ? ';' : (operator as PlainCommand['before']);
      continue;
    }
    if (words.length > 0 && take(harmlessRedirection) !== undefined) continue;
    const start = at;
    const word = takeWord(take);
    if (word === undefined) return undefined;
    const written = line.slice(start, at);
    if (words.length === 0 && (written !== word || !programName.test(word) || reserved.has(word))) return undefined;
    // Digits before `<` or `>` are no word but a file descriptor.
    if (/^\d+$/.test(written) && /[<>]/.test(line[at] ?? '')) return undefined;
    words.push(word);
  }
  if (words.length > 0) endCommand();
  else if (before !== ';') return undefined;
  return commands;
}

function takeWord(take: (pattern: RegExp) => string | undefined): string | undefined {
  let word: string | undefined;
  for (;;) {
    const plain = take(plainPiece);
    const quoted = plain === undefined ? (take(singleQuoted) ?? take(doubleQuoted)) : undefined;
    if (plain === undefined && quoted === undefined) return word;
    word = (word ?? '') + (plain ?? quoted!.slice(1, -1));
  }
}

/** Words as a plain line that is read as these again; `undefined` if no plain line is. */
export function writePlain(words: readonly string[]): string | undefined {
  const line = words.map((word) => (/^[A-Za-z0-9_./:=@%+,^-]+$/.test(word) ? word : quote(word))).join(' ');
  const read = readPlainLine(line);
  return read?.length === 1 && sameWords(read[0]!.words, words) ? line : undefined;
}

function quote(word: string): string {
  return word.includes("'") ? `"${word}"` : `'${word}'`;
}

export function sameWords(a: readonly (string | undefined)[], b: readonly (string | undefined)[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
