/** Function definitions and calls by their shape alone, in the common languages with parentheses and commas. */

export interface Arity {
  least: number;
  /** Infinity for a rest parameter. */
  most: number;
}

export interface Signature {
  name: string;
  arity: Arity;
}

const definitions = [
  /\b(?:function\*?|def|fn|func(?:[ \t]*\([^()]*\))?)[ \t]+([A-Za-z_$][\w$]*)[ \t]*(?:<[^<>()]*>)?[ \t]*\(/,
  /\b(?:const|let|var)[ \t]+([A-Za-z_$][\w$]*)[ \t]*=[ \t]*(?:async[ \t]*)?(?:function\*?[ \t]*)?\(/,
  /^[ \t]*(?:[\w<>[\],&*]+[ \t]+)*([A-Za-z_$][\w$]*)[ \t]*\([^()]*\)[^;{}()]*\{[ \t]*$/,
];
const notNames = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'return', 'function', 'match', 'elif']);
const maxLineLength = 500;
/** An argument list is not followed further than this. */
const maxArgumentsLength = 4_000;

/** The function that a line defines with its whole parameter list, or `undefined`. */
export function readSignature(line: string): Signature | undefined {
  if (line.length > maxLineLength || /^[ \t]*(?:return|else|await|throw|new)\b/.test(line)) return undefined;
  for (const [index, form] of definitions.entries()) {
    const match = form.exec(line);
    const name = match?.[1];
    if (match === null || name === undefined || notNames.has(name)) continue;
    const open = line.indexOf('(', index === 2 ? line.indexOf(name, match.index) : match.index + match[0].length - 1);
    const parameters = splitList(line, open);
    if (parameters === undefined) continue;
    if (index === 1 && !/=>|function/.test(line)) continue;
    return { name, arity: readArity(parameters) };
  }
  return undefined;
}

export function accepts(arity: Arity, count: number): boolean {
  return count >= arity.least && count <= arity.most;
}

/** How many arguments stand between the parentheses at `open`, or `undefined` if that cannot be told. */
export function countArguments(text: string, open: number): number | undefined {
  const items = splitList(text, open);
  return items === undefined || items.some((item) => /^(?:\.\.\.|\*)/.test(item)) ? undefined : items.length;
}

function readArity(parameters: readonly string[]): Arity {
  const own = parameters.filter((item, index) => index > 0 || !/^(?:&?(?:mut )?self|cls|this)\b/.test(item));
  const rest = own.some((item) => /^(?:\.\.\.|\*)|\.\.\./.test(item));
  const optional = own.filter((item) => /^(?:\.\.\.|\*)|[^=!<>]=(?![=>])|^[\w$]+\?/.test(item)).length;
  return { least: own.length - optional, most: rest ? Infinity : own.length };
}

/** The items between the parenthesis at `open` and its partner, split at commas of the same depth. */
function splitList(text: string, open: number): string[] | undefined {
  if (text[open] !== '(') return undefined;
  const items: string[] = [];
  let depth = 0;
  let start = open + 1;
  let quoteMark = '';
  const end = Math.min(text.length, open + maxArgumentsLength);
  for (let at = open; at < end; at++) {
    const char = text[at]!;
    if (quoteMark !== '') {
      if (char === '\\') at++;
      else if (char === quoteMark) quoteMark = '';
    } else if (char === '"' || char === "'" || char === '`') quoteMark = char;
    else if (char === '(' || char === '[' || char === '{') depth++;
    else if (char === ')' || char === ']' || char === '}') {
      depth--;
      if (depth > 0) continue;
      items.push(text.slice(start, at).trim());
      return items.filter((item, index) => item !== '' || index < items.length - 1);
    } else if (char === ',' && depth === 1) {
      items.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return undefined;
}
