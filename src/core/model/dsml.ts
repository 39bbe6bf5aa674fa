/**
 * The markup in which DeepSeek V4 writes its tool calls. A server that fails to read it lets it through as text. Such text
 * is never a call: it is hidden from the user, kept in the conversation as it came, and answered with an error.
 */

/** As seen of several servers; the pattern below takes each, and their mixtures. */
export const dsmlVariants: readonly string[] = [
  '<｜DSML｜tool_calls>',
  '<｜DSML｜function_calls>',
  '<｜DSML｜invoke name="read_file">',
  '<｜DSML｜parameter name="path" string="true">',
  '<｜｜DSML｜｜tool_calls>',
  '<|DSML|tool_calls>',
  '<||DSML||tool_calls>',
  '<||DSML||invoke name="read_file">',
  '< | DSML | tool_use>',
  '< ｜ DSML ｜ tool_calls>',
  '<｜DSML|tool_calls>',
  '</｜DSML｜tool_calls>',
  '</｜DSML｜invoke>',
  // Broken off.
  '<｜DSML｜tool_calls',
  '<｜DSML｜',
];

const filling = '[|｜ \\t]';
const opening = new RegExp(`</?(?=[ \\t]*[|｜])${filling}{1,6}DSML[ \\t]{0,2}[|｜]`);
/** What may still become an opening when more text comes. */
const beginning = new RegExp(`<(?:/?${filling}{0,6}(?:D(?:S(?:M(?:L[ \\t]{0,2})?)?)?)?)?$`);
const named = new RegExp(`^<(/?)${filling}{1,6}DSML${filling}{1,6}([A-Za-z_]*)[^A-Za-z_|｜ \\t]`);
/** Longer than any closing tag: what has to be kept of a hidden text to find its end. */
const longestTag = 80;

export function holdsDsml(text: string): boolean {
  return opening.test(text);
}

/** Takes a text in pieces and gives back what may be shown of it; a tag that is cut between pieces never shows. */
export interface DsmlFilter {
  push(piece: string): string;
  /** What was held back and turned out to be plain text. */
  end(): string;
}

export function createDsmlFilter(): DsmlFilter {
  let held = '';
  let isHiding = false;
  let closing: RegExp | undefined;

  const show = (): string => {
    const found = opening.exec(held);
    const end = found?.index ?? beginning.exec(held)?.index ?? held.length;
    const shown = held.slice(0, end);
    held = held.slice(end);
    isHiding = found !== null;
    closing = undefined;
    return shown;
  };
  /** `true` when the hidden part has ended and `held` begins behind it. */
  const hide = (): boolean => {
    if (closing === undefined) {
      const tag = named.exec(held);
      if (tag === null) return false;
      const [, slash, name] = tag;
      closing = slash === '/' ? />/ : new RegExp(`</${filling}{1,6}DSML${filling}{1,6}${name}\\s*>`);
    }
    const end = closing.exec(held);
    held = end === null ? held.slice(-longestTag) : held.slice(end.index + end[0].length);
    isHiding = end === null;
    return !isHiding;
  };

  return {
    push(piece) {
      held += piece;
      let shown = '';
      do if (!isHiding) shown += show();
      while (isHiding && hide());
      return shown;
    },
    end: () => (isHiding ? '' : held),
  };
}

/** A whole text without its markup. */
export function hideDsml(text: string): string {
  if (!holdsDsml(text)) return text;
  const filter = createDsmlFilter();
  return filter.push(text) + filter.end();
}
