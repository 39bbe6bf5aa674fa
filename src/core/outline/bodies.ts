/**
 * Finds the bodies of functions by their indentation, and comments, so that the parser need not read what no outline
 * shows: they are most of a source file. A body that is missed costs time, and nothing else.
 */
import type { Point, Range } from '@vscode/tree-sitter-wasm';
import type { GrammarName } from './grammars.js';

interface BodyRules {
  /** A function's first line. */
  head: RegExp;
  /** No function's, whatever else it holds. */
  except?: RegExp;
  /** Ends the line before a body, which is the head or goes on with it. */
  opener: string;
  /** That line, where its end does not say enough. */
  opening?: RegExp;
  /** The first line behind a body that is indented no further than the head. */
  closing: RegExp;
  /** The body begins with its first statement and not with the opener. */
  isBlock?: true;
  /** Begins a line that is nothing but a comment. */
  comment?: string;
}

const braces = { opener: '{', closing: /^\}/, comment: '//' };
const callable: BodyRules = {
  ...braces,
  head: /\(/,
  except: /\b(?:class|struct|union|interface|enum|record|namespace|module|trait|extern)\b/,
};
const javascript: BodyRules = {
  ...braces,
  head: /\(|=>/,
  except: /\b(?:class|interface|enum|namespace|module)\b/,
  // Neither an object nor a type.
  opening: /(?:\)|=>|\):[^{}]+) \{$/,
};

const bodyRules: Readonly<Record<GrammarName, BodyRules | undefined>> = {
  typescript: javascript,
  tsx: javascript,
  javascript,
  python: { head: /^(?:async )?def\b/, opener: ':', closing: /^(?:[\w@#)\]}]|$)/, isBlock: true },
  go: { ...braces, head: /^func\b/ },
  rust: { ...braces, head: /\bfn\b/ },
  java: callable,
  // Macros keep many files from being parsed without an error, so that all of them would be parsed twice.
  cpp: undefined,
  'c-sharp': callable,
  // Not one that ends on its line, and not one whose parameters go on.
  ruby: { head: /^(?:[a-z_]+ )?def\b/, except: /\bend\b|\s=\s|\([^)]*$/, opener: '', closing: /^end\b/, isBlock: true },
  php: { ...braces, head: /\bfunction\b/ },
};

/** What is shorter is parsed sooner than it is left out. */
const leastChars = 120;

/** The parts of a text that are to be parsed, in order. Empty if nothing can be left out. */
export function rangesToParse(text: string, grammar: GrammarName): Range[] {
  const rules = bodyRules[grammar];
  return rules === undefined ? [] : rangesBetween(findCuts(text, rules), text);
}

/** A part of a text that need not be parsed. */
interface Cut {
  start: number;
  end: number;
}

/** What is under way at an indentation, by its first row. */
interface Statement {
  indent: number;
  row: number;
}

function findCuts(text: string, rules: BodyRules): Cut[] {
  const lines = readLines(text);
  const { indents } = lines;
  const cuts: Cut[] = [];
  const statements: Statement[] = [{ indent: 0, row: 0 }];
  for (let row = 0; row < indents.length; row++) {
    const indent = indents[row]!;
    if (indent === blank) continue;
    const comment = commentEnd(text, lines, row, rules);
    if (comment > row) {
      cuts.push(...cutRows(lines, row, comment));
      row = comment - 1;
      continue;
    }
    while (statements.at(-1)!.indent > indent) statements.pop();
    const last = statements.at(-1)!;
    if (last.indent < indent) statements.push({ indent, row });
    else if (!goesOn(text, lines.starts[row]! + indent)) last.row = row;
    if (!opensBody(text, lines, row, statements.at(-1)!.row, rules)) continue;
    const close = closingRow(lines, row, indent);
    const body = cutsOfBody(text, lines, row + 1, close, rules);
    if (body.length === 0) continue;
    cuts.push(...body);
    row = close - 1;
  }
  return cuts;
}

const blank = -1;

interface Lines {
  /** By row, and behind the last the end of the text. */
  starts: readonly number[];
  /** White space before the first other character, or `blank`. */
  indents: readonly number[];
}

function readLines(text: string): Lines {
  const starts = [0];
  const indents: number[] = [];
  for (let start = 0; start < text.length; start = starts.at(-1)!) {
    let at = start;
    while (isSpace(text.charCodeAt(at))) at++;
    const isBlank = at === text.length || text.charCodeAt(at) === 0x0a || text.charCodeAt(at) === 0x0d;
    indents.push(isBlank ? blank : at - start);
    const feed = text.indexOf('\n', at);
    starts.push(feed < 0 ? text.length : feed + 1);
  }
  return { starts, indents };
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function trimmedLine(text: string, { starts }: Lines, row: number): string {
  return text.slice(starts[row], starts[row + 1]).trim();
}

/** The row behind the comments that begin at this one; itself if none does. */
function commentEnd(text: string, { starts, indents }: Lines, first: number, { comment }: BodyRules): number {
  let row = first;
  if (comment !== undefined) {
    while (row < indents.length && indents[row] !== blank && text.startsWith(comment, starts[row]! + indents[row]!))
      row++;
  }
  return row;
}

function cutRows({ starts }: Lines, first: number, behind: number): Cut[] {
  const cut = { start: starts[first]!, end: starts[behind]! };
  return cut.end - cut.start < leastChars ? [] : [cut];
}

/** Whether a line goes on with the one above it that is indented alike. */
function goesOn(text: string, at: number): boolean {
  return ')]}{>'.includes(text.charAt(at)) || text.startsWith('where', at) || text.startsWith('->', at);
}

function opensBody(text: string, lines: Lines, row: number, headRow: number, rules: BodyRules): boolean {
  const { head, except, opener, opening } = rules;
  let end = lines.starts[row + 1]!;
  while (isSpace(text.charCodeAt(end - 1)) || text.charCodeAt(end - 1) === 0x0a || text.charCodeAt(end - 1) === 0x0d)
    end--;
  if (!text.endsWith(opener, end) || opening?.test(trimmedLine(text, lines, row)) === false) return false;
  const line = trimmedLine(text, lines, headRow);
  return head.test(line) && except?.test(line) !== true;
}

/** The next row that is indented no further; the number of rows if there is none. */
function closingRow({ indents }: Lines, opening: number, indent: number): number {
  let row = opening + 1;
  while (row < indents.length && (indents[row] === blank || indents[row]! > indent)) row++;
  return row;
}

/** What can be left out of the rows of a body; nothing if they are few, or no body after all. */
function cutsOfBody(text: string, lines: Lines, first: number, close: number, { closing, isBlock }: BodyRules): Cut[] {
  if (!closing.test(trimmedLine(text, lines, close))) return [];
  const cuts = cutRows(lines, first, close);
  return isBlock === true ? cuts.flatMap((cut) => cutsOfBlock(text, cut)) : cuts;
}

/** Up to the first character of a body that is no comment. */
const firstStatement = /(?:\s|#[^\n]*\n)*/y;

/** The first letter of the first statement stands for all of them; of a string above it the quotes stay. */
function cutsOfBlock(text: string, { start, end }: Cut): Cut[] {
  firstStatement.lastIndex = start;
  const at = start + (firstStatement.exec(text)?.[0].length ?? 0);
  const feed = text.charAt(end - 1) === '\n' ? end - 1 : end;
  if (!hasClosedStrings(text, start, end)) return [];
  if (/\w/.test(text.charAt(at))) return [{ start: at + 1, end: feed }];
  const quotes = text.slice(at, at + 3);
  if (quotes !== '"""') return [];
  const closed = text.indexOf(quotes, at + 3);
  return [
    { start: at + 3, end: closed },
    { start: closed + 3, end: feed },
  ];
}

/** Strings over several lines may hold lines that are indented less than the body that they stand in. */
function hasClosedStrings(text: string, start: number, end: number): boolean {
  for (const quotes of ['"""', "'''"]) {
    let isOpen = false;
    for (let at = text.indexOf(quotes, start); at >= 0 && at < end; at = text.indexOf(quotes, at + 3)) isOpen = !isOpen;
    if (isOpen) return false;
  }
  return true;
}

/** The rest of the text. */
function rangesBetween(cuts: readonly Cut[], text: string): Range[] {
  if (cuts.length === 0) return [];
  const ranges: Range[] = [];
  const place = createPlaces(text);
  let from = 0;
  for (const { start, end } of [...cuts, { start: text.length, end: text.length }]) {
    if (start > from) {
      ranges.push({ startIndex: from, startPosition: place(from), endIndex: start, endPosition: place(start) });
    }
    from = end;
  }
  return ranges;
}

/** Rows and columns of ascending indexes. */
function createPlaces(text: string): (index: number) => Point {
  let row = 0;
  let start = 0;
  let feed = text.indexOf('\n');
  return (index) => {
    while (feed >= 0 && feed < index) {
      row++;
      start = feed + 1;
      feed = text.indexOf('\n', start);
    }
    return { row, column: index - start };
  };
}
