/** What stands in a parsed shell line: every command, wherever it is nested, and what keeps it from being simple. */
import type { Node } from '@vscode/tree-sitter-wasm';
import { createPauses } from './shellParser.js';

/** One command of a line. */
export interface ShellPart {
  /** As it was written. */
  text: string;
  /** As the program gets them; `undefined` where only the shell will know. */
  words: (string | undefined)[];
  /** What it does beside running a program with these words, as the end of a sentence that begins with "it". */
  notes: string[];
  redirections: Redirection[];
}

export interface Redirection {
  writes: boolean;
  /** `undefined` where only the shell will know. */
  target: string | undefined;
}

export interface ReadLine {
  parts: ShellPart[];
  /** What belongs to no single part. */
  notes: string[];
  /** What stands there is not certain. */
  isUnread?: true;
}

/** What a grammar's nodes mean here. Whatever is not named is noted, so that nothing passes for being new. */
export interface Grammar {
  /** Nodes that are commands of their own. */
  commands: ReadonlySet<string>;
  /** Nodes that only hold others together, and the words of commands. */
  structure: ReadonlySet<string>;
  /** Nodes, and tokens without a name, that say something. */
  notes: Readonly<Record<string, string>>;
  /** The words of a command, the program's name first. */
  wordsOf: (command: Node) => (string | undefined)[];
  /** What a node redirects, and the words that the grammar takes for more targets of it. */
  redirectionOf: (node: Node) => { redirection: Redirection; words: (string | undefined)[] } | undefined;
}

/** Deeper nesting than people write is not followed. */
const deepest = 100;

/** `undefined` if it is nested too deeply. */
export async function readTree(root: Node, grammar: Grammar): Promise<ReadLine | undefined> {
  const line: ReadLine = { parts: [], notes: [] };
  const pause = createPauses();

  async function visit(node: Node, part: ShellPart | undefined, depth: number): Promise<boolean> {
    if (depth > deepest) return false;
    const held = pause();
    if (held !== undefined) await held;
    const owner = grammar.commands.has(node.type) ? beginPart(node) : part;
    noteNode(node, owner ?? line);
    for (const child of node.children) {
      if (child === null) continue;
      const redirected = grammar.redirectionOf(child);
      // A redirection stands behind its command in the tree, beside it.
      const holder = redirected === undefined ? owner : (owner ?? line.parts.at(-1));
      if (redirected !== undefined && holder !== undefined) {
        holder.redirections.push(redirected.redirection);
        holder.words.push(...redirected.words);
      }
      if (child.childCount === 0 && !grammar.commands.has(child.type)) noteNode(child, holder ?? line);
      else if (!(await visit(child, holder, depth + 1))) return false;
    }
    return true;
  }

  function beginPart(node: Node): ShellPart {
    const part: ShellPart = { text: node.text, words: grammar.wordsOf(node), notes: [], redirections: [] };
    line.parts.push(part);
    return part;
  }

  function noteNode(node: Node, to: { notes: string[] }): void {
    const known = grammar.structure.has(node.type) || grammar.commands.has(node.type);
    const unknown =
      node.isNamed && !known ? `uses what is not judged here (${node.type.replaceAll('_', ' ')})` : undefined;
    const note = Object.hasOwn(grammar.notes, node.type) ? grammar.notes[node.type] : unknown;
    if (note !== undefined && !to.notes.includes(note)) to.notes.push(note);
  }

  return (await visit(root, undefined, 0)) ? line : undefined;
}
