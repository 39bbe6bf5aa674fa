/** The outline of a syntax tree: each declaration on a line with its number, bodies as `…`, members further in. */
import type { Node } from '@vscode/tree-sitter-wasm';
import type { GrammarRules } from './grammars.js';

/** A signature longer than this is cut: the reader can look at the line. */
const longestSignature = 240;
const longestValue = 120;
const mostWholeLines = 16;
const longestIndent = 8;
const commentLine = /^\s*(?:\/\/|\/\*|\*)/;
/** Deeper members are of no use to somebody who does not see the code. */
const mostDepth = 4;

type Kind = 'container' | 'signature' | 'whole' | 'value' | 'wrapper' | 'through' | 'body';

const kindOfRule: Readonly<Record<keyof GrammarRules, Kind>> = {
  bodies: 'body',
  through: 'through',
  wrappers: 'wrapper',
  values: 'value',
  whole: 'whole',
  signatures: 'signature',
  containers: 'container',
};

const kindTables = new WeakMap<GrammarRules, ReadonlyMap<string, Kind>>();

function kindsOf(rules: GrammarRules): ReadonlyMap<string, Kind> {
  const known = kindTables.get(rules);
  if (known !== undefined) return known;
  const kinds = new Map<string, Kind>();
  for (const [rule, kind] of Object.entries(kindOfRule) as [keyof GrammarRules, Kind][]) {
    for (const type of rules[rule]) kinds.set(type, kind);
  }
  kindTables.set(rules, kinds);
  return kinds;
}

/** Empty if nothing is declared. */
export function outlineTree(root: Node, text: string, rules: GrammarRules): string {
  const kinds = kindsOf(rules);
  const lines: string[] = [];

  function add(node: Node, depth: number, shown: string): void {
    lines.push(`${node.startPosition.row + 1}: ${'  '.repeat(depth)}${shown}\n`);
  }

  function visit(parent: Node, depth: number): void {
    for (const child of parent.namedChildren) if (child !== null) show(child, child, depth);
  }

  /** `outer` is `node` with what is wrapped around it. */
  function show(node: Node, outer: Node, depth: number): void {
    const kind = kinds.get(node.type);
    if (kind === 'wrapper') {
      const inner = node.namedChildren.find((child) => child !== null && isDeclared(kinds.get(child.type)));
      if (inner !== undefined && inner !== null) show(inner, outer, depth);
      else add(outer, depth, cutLine(text.slice(outer.startIndex, node.endIndex), longestValue));
    } else if (kind === 'through') {
      visit(node, depth);
    } else if (kind === 'container' || kind === 'signature') {
      const body = bodyOf(node, kinds);
      const head = text.slice(outer.startIndex, body?.startIndex ?? node.endIndex);
      add(outer, depth, `${cutLine(withoutOpening(head), longestSignature)}${body === undefined ? '' : ' …'}`);
      if (kind === 'container' && body !== undefined && depth < mostDepth) visit(body, depth + 1);
    } else if (kind === 'whole') {
      addWhole(text.slice(outer.startIndex, node.endIndex), outer, depth);
    } else if (kind === 'value') {
      showValue(node, outer, depth);
    }
  }

  /** Some lines as they stand, less comments: a type, an enumeration, a group of constants. */
  function addWhole(shown: string, node: Node, depth: number): void {
    const [first = '', ...more] = shown.split('\n');
    add(node, depth, cutLine(first, longestSignature));
    const indent = '  '.repeat(depth);
    const rest = more.filter((line) => line.trim() !== '' && !commentLine.test(line));
    for (const line of rest.slice(0, mostWholeLines)) {
      const inner = Math.max(0, line.search(/\S/) - node.startPosition.column);
      lines.push(`${indent}${' '.repeat(Math.min(inner, longestIndent))}${cutLine(line, longestValue)}\n`);
    }
    if (rest.length > mostWholeLines) lines.push(`${indent}  …\n`);
  }

  function showValue(node: Node, outer: Node, depth: number): void {
    const holder = node.type.endsWith('_statement') ? node.namedChild(0) : node;
    if (holder === null) return;
    if (kinds.get(holder.type) === 'container') return show(holder, outer, depth);
    if (node !== holder && !holder.type.includes('assignment')) return;
    const value = valueOf(holder);
    const body = value === undefined ? undefined : bodyOf(value, kinds);
    if (value !== undefined && body !== undefined) {
      add(
        outer,
        depth,
        `${cutLine(withoutOpening(text.slice(outer.startIndex, body.startIndex)), longestSignature)} …`,
      );
      if (kinds.get(value.type) === 'container' && depth < mostDepth) visit(body, depth + 1);
    } else add(outer, depth, cutLine(text.slice(outer.startIndex, node.endIndex), longestValue));
  }

  visit(root, 0);
  return lines.join('');
}

function isDeclared(kind: Kind | undefined): boolean {
  return kind !== undefined && kind !== 'body' && kind !== 'through';
}

function bodyOf(node: Node, kinds: ReadonlyMap<string, Kind>): Node | undefined {
  const body = node.childForFieldName('body');
  if (body !== null) return body;
  return node.namedChildren.find((child) => child !== null && isBody(child.type, kinds)) ?? undefined;
}

/** Some bodies are looked through elsewhere, so that they stand in the table as such. */
function isBody(type: string, kinds: ReadonlyMap<string, Kind>): boolean {
  const kind = kinds.get(type);
  return kind === 'body' || (kind === 'through' && /(?:_list|_statement|^block)$/.test(type));
}

/** The value of a variable, field or assignment: for a declaration, that of its first name. */
function valueOf(holder: Node): Node | undefined {
  const direct = holder.childForFieldName('value') ?? holder.childForFieldName('right');
  if (direct !== null) return direct;
  const declarator = holder.namedChildren.find((child) => child?.type.endsWith('declarator') === true);
  return declarator?.childForFieldName('value') ?? undefined;
}

/** The brace, colon or arrow that opens a body says nothing. */
function withoutOpening(head: string): string {
  return head.replace(/\s*(?:\{|=>|:)?\s*$/, '');
}

/** One line, and not cut in the middle of a character or a placeholder. */
function cutLine(text: string, longest: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= longest) return line;
  const cut = line.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
  const open = cut.lastIndexOf('\u27e6');
  return `${open > cut.lastIndexOf('\u27e7') ? cut.slice(0, open) : cut}…`;
}
