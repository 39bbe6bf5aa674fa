/** A literal, one of which stands in every match of a pattern. */
export interface Hint {
  text: string;
  /** Also in capitals, or in any mixture. */
  anyCase: boolean;
}

/** Which hints stand in a text. */
export type HintScan = (text: string) => ReadonlySet<Hint>;

/**
 * Looks for all hints at once, in one pass of the same cost for every text (Aho and Corasick's automaton). Letters are
 * told apart by case only where a hint ends.
 */
export function createHintScan(hints: readonly Hint[]): HintScan {
  const { table, width, classOf, firstFinal, hintsAt } = buildAutomaton(hints);
  return (text) => {
    const found = new Set<Hint>();
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      state = table[state + (code < 128 ? classOf[code]! : 0)]!;
      if (state < firstFinal) continue;
      for (const hint of hintsAt[state / width]!) {
        if (hint.anyCase || text.startsWith(hint.text, at + 1 - hint.text.length)) found.add(hint);
      }
    }
    return found;
  };
}

interface Automaton {
  /** By state plus class of a character: the next state. States are multiples of `width`. */
  table: Uint32Array;
  width: number;
  /** By ASCII code; 0 is every character that stands in no hint. */
  classOf: Uint8Array;
  /** States from here on end hints. */
  firstFinal: number;
  hintsAt: readonly (readonly Hint[])[];
}

interface Node {
  next: Map<number, Node>;
  hints: Hint[];
  /** The longest proper end of this node's text that is a node too. */
  rest: Node | undefined;
}

function buildAutomaton(hints: readonly Hint[]): Automaton {
  const { classOf, width } = classify(hints);
  const nodes = buildTree(hints, classOf);
  const ordered = [...nodes].sort((a, b) => Number(a.hints.length > 0) - Number(b.hints.length > 0));
  const numbers = new Map(ordered.map((node, index) => [node, index * width]));
  const table = new Uint32Array(ordered.length * width);
  for (const node of ordered) {
    for (let one = 0; one < width; one++) {
      table[numbers.get(node)! + one] = numbers.get(nextOf(node, one)) ?? 0;
    }
  }
  const firstFinal = ordered.filter((node) => node.hints.length === 0).length * width;
  return { table, width, classOf, firstFinal, hintsAt: ordered.map((node) => node.hints) };
}

function classify(hints: readonly Hint[]): { classOf: Uint8Array; width: number } {
  const letters = [...new Set(hints.flatMap(({ text }) => [...text.toLowerCase()]))];
  const classOf = new Uint8Array(128);
  for (const [index, letter] of letters.entries()) {
    for (const form of [letter, letter.toUpperCase()]) classOf[form.charCodeAt(0)] = index + 1;
  }
  return { classOf, width: letters.length + 1 };
}

/** All nodes, the root first and each after those with shorter texts. */
function buildTree(hints: readonly Hint[], classOf: Uint8Array): Node[] {
  const root: Node = { next: new Map(), hints: [], rest: undefined };
  for (const hint of hints) {
    let node = root;
    for (const letter of hint.text) {
      const one = classOf[letter.charCodeAt(0)]!;
      const next: Node = node.next.get(one) ?? { next: new Map(), hints: [], rest: undefined };
      node.next.set(one, next);
      node = next;
    }
    node.hints.push(hint);
  }
  const nodes = [root];
  for (const node of nodes) {
    for (const [one, next] of node.next) {
      next.rest = node.rest === undefined ? root : nextOf(node.rest, one);
      next.hints.push(...next.rest.hints);
      nodes.push(next);
    }
  }
  return nodes;
}

function nextOf(node: Node, one: number): Node {
  for (let from: Node | undefined = node; ; from = from.rest) {
    const next = from.next.get(one);
    if (next !== undefined) return next;
    if (from.rest === undefined) return from;
  }
}
