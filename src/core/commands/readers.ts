/**
 * Programs that only read the workspace and print, with the options for which that is certain. An option that is not
 * named here is not judged harmless, whatever it is: lists of the dangerous ones have never been complete. The table
 * allows nothing by itself: it says how far a rule of the user's reaches that names one of these programs.
 */

import { readPlainLine } from './plainLine.js';

export interface Reader {
  /** Options without a value. */
  flags: RegExp;
  /** Options with a value, which is the next word or stands behind `=`. */
  valued?: RegExp;
  operands: 'none' | 'texts' | 'paths' | 'pattern, then paths' | 'revisions or paths';
  /** It tells names, sizes or counts, and nothing of what stands in a file. */
  tellsOnlyAbout?: true;
}

const gitOutput =
  /^(?:-\d+|-[pwbzM]|-U\d+|-[nSG][^-].*|--(?:oneline|patch|no-patch|stat|shortstat|numstat|summary|name-only|name-status|graph|decorate(?:=\w+)?|all|branches|tags|abbrev-commit|no-abbrev-commit|color=\w+|no-color|reverse|merges|no-merges|first-parent|follow|cached|staged|no-ext-diff|no-textconv|no-renames|find-renames|word-diff|minimal|patience|histogram|ignore-all-space|ignore-space-change|ignore-blank-lines|topo-order|date-order|no-pager|check|quiet))$/;
const gitValued =
  /^(?:-[nSG]|--(?:max-count|skip|since|until|after|before|author|committer|grep|format|pretty|date|unified|diff-filter|abbrev))$/;
const git = (flags: RegExp, operands: Reader['operands'], valued?: RegExp): Reader => ({
  flags,
  operands,
  ...(valued === undefined ? {} : { valued }),
});

const readers: Readonly<Record<string, Reader>> = {
  cat: { flags: /^-[AbEnsTv]+$/, operands: 'paths' },
  echo: { flags: /^/, operands: 'texts' },
  grep: {
    flags:
      /^(?:-[ivncEFGwxolHhqs]+|-[ABCm]\d+|--(?:color=\w+|ignore-case|invert-match|line-number|count|only-matching))$/,
    valued: /^(?:-[ABCme]|--(?:after-context|before-context|context|max-count))$/,
    operands: 'pattern, then paths',
  },
  head: { flags: /^(?:-[qv]|-[nc]?\d+)$/, valued: /^(?:-[nc]|--lines|--bytes)$/, operands: 'paths' },
  ls: {
    flags:
      /^(?:-[1aAlhFrRtSsdicgnopkmBqxX]+|--(?:all|almost-all|human-readable|recursive|reverse|size|directory|classify|full-time|inode|group-directories-first|color=\w+|sort=\w+))$/,
    operands: 'paths',
    tellsOnlyAbout: true,
  },
  pwd: { flags: /^-[LP]$/, operands: 'none' },
  sort: { flags: /^-[nrufhV]+$/, operands: 'none' },
  tail: { flags: /^(?:-[qv]|-[nc]?\d+)$/, valued: /^(?:-[nc]|--lines|--bytes)$/, operands: 'paths' },
  uniq: { flags: /^-[cdu]+$/, operands: 'none' },
  wc: { flags: /^(?:-[lwcmL]+|--(?:lines|words|bytes|chars))$/, operands: 'paths', tellsOnlyAbout: true },
  'git blame': git(/^(?:-[wsel]+|-L\d+,\d+)$/, 'paths', /^-L$/),
  'git branch': git(/^(?:-[arv]+|--(?:list|all|remotes|show-current|verbose|no-color))$/, 'none'),
  'git diff': git(gitOutput, 'revisions or paths', gitValued),
  'git log': git(gitOutput, 'revisions or paths', gitValued),
  'git ls-files': git(/^(?:-[comdtsz]+|--(?:cached|others|modified|deleted|exclude-standard))$/, 'none'),
  'git rev-parse': git(/^--(?:short|abbrev-ref|show-toplevel|is-inside-work-tree|verify)$/, 'revisions or paths'),
  'git show': git(gitOutput, 'revisions or paths', gitValued),
  'git status': git(/^(?:-[sbz]+|--(?:short|branch|porcelain(?:=v\d)?|long|no-color))$/, 'none'),
};

export interface Use {
  /** Operands that are files or folders on disk. */
  paths: string[];
  /** Operands that name something in git's history, perhaps a path behind a colon. */
  revisions: string[];
}

/** Of a command's words: the reader that it is, with the words that name it and those that follow. */
export function findReader(words: readonly string[]): { reader: Reader; name: string[]; args: string[] } | undefined {
  const [program = '', ...rest] = words;
  // It changes nothing but that no pager is asked.
  if (program === 'git' && rest[0] === '--no-pager') rest.shift();
  const name = program === 'git' ? [program, rest[0] ?? ''] : [program];
  const key = name.join(' ');
  if (!Object.hasOwn(readers, key)) return undefined;
  return { reader: readers[key]!, name, args: rest.slice(name.length - 1) };
}

/** A line of one command that only reads, whatever its exit code says. */
export function isReadingLine(line: string): boolean {
  const commands = readPlainLine(line);
  return commands?.length === 1 && findReader(commands[0]!.words) !== undefined;
}

/** What a reader would look at, or what keeps these arguments from being known as harmless. */
export function readArguments(reader: Reader, args: readonly string[]): Use | { trouble: string } {
  const operands: string[] = [];
  // What stands behind `--` is a path, whatever it looks like.
  const behind: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (reader.operands === 'texts') continue;
    if (word === '--') {
      behind.push(...args.slice(at + 1));
      break;
    }
    if (!word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    const trouble = findOptionTrouble(reader, word, args[at + 1]);
    if (typeof trouble === 'string') return { trouble };
    if (trouble.takesNext) at++;
    if (word === '-e') operands.unshift(word);
  }
  return sortOperands(reader, operands, behind);
}

function findOptionTrouble(reader: Reader, word: string, next: string | undefined): string | { takesNext: boolean } {
  const unknown = `${word} is not among the options that are known only to read`;
  if (reader.flags.test(word)) return { takesNext: false };
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  if (reader.valued?.test(name) !== true || (equals >= 0 && !name.startsWith('--'))) return unknown;
  const value = equals < 0 ? next : word.slice(equals + 1);
  if (value === undefined || (equals < 0 && value.startsWith('-'))) return unknown;
  // A signature is checked by a program that git's configuration names.
  if (value.includes('%G')) return `${word} may start a program that checks signatures`;
  return { takesNext: equals < 0 };
}

function sortOperands(reader: Reader, operands: string[], behind: string[]): Use | { trouble: string } {
  const all = [...operands, ...behind];
  switch (reader.operands) {
    case 'none':
      if (all.length > 0) return { trouble: `what it does with ${all[0]!} is not judged here` };
      return { paths: [], revisions: [] };
    case 'texts':
      return { paths: [], revisions: [] };
    case 'paths':
      return { paths: all, revisions: [] };
    case 'pattern, then paths':
      return { paths: all.slice(1), revisions: [] };
    case 'revisions or paths':
      return { paths: [], revisions: all };
  }
}
