/**
 * Characters that a reader cannot see, or that change the order of those that he sees, as ranges of code points.
 * Written out rather than by Unicode property: an equal tree must give equal bytes under every version of Node.
 */
const hiddenRanges: readonly [number, number][] = [
  [0x00, 0x08], // C0 without tab and line feed
  [0x0b, 0x0c],
  [0x0e, 0x1f], // carriage return has its own rule
  [0x7f, 0x9f], // DEL and C1
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // combining grapheme joiner
  [0x61c, 0x61c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5], // Khmer inherent vowels
  [0x180b, 0x180f], // Mongolian selectors and separator
  [0x200b, 0x200f], // zero-width space and joiners, direction marks
  [0x2028, 0x202e], // line and paragraph separators, bidirectional embeddings and overrides
  [0x2060, 0x206f], // word joiner, invisible operators, bidirectional isolates
  [0x27e6, 0x27e6], // the bracket that opens our own escapes
  [0x3164, 0x3164], // Hangul filler
  [0xd800, 0xdfff], // surrogates without a partner
  [0xfe00, 0xfe0d], // variation selectors; the two that emoji need stay
  [0xfeff, 0xfeff], // zero-width no-break space
  [0xffa0, 0xffa0], // half-width Hangul filler
  [0xfff0, 0xfffb], // interlinear annotations
  [0x1bca0, 0x1bca3], // shorthand format controls
  [0x1d173, 0x1d17a], // musical format controls
  [0xe0000, 0xe0fff], // tags and further variation selectors
];

/**
 * Texts that the model's template gives a meaning of their own, and the frames of ours. Their first character is
 * escaped. DeepSeek's added tokens all begin with `<｜`, `<|`, `<think`, or are `｜DSML｜`, which models also write with
 * plain bars; tool results are written in `<tool_result>`.
 */
const markers = [
  '<(?=\\/?\\uFF5C)',
  '<(?=\\|[A-Za-z_]{1,32}\\|>)',
  '<(?=\\/?[ |]{1,4}DSML)',
  '<(?=\\/?think>)',
  '<(?=\\/?tool_(?:result|call)s?\\b)',
  '<(?=\\/?[Bb][Aa][Ll][Ee][Ee][Nn]-)',
  '\\uFF5C(?=DSML)',
];

const hiddenClass = hiddenRanges.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`).join('');
const escaped = new RegExp(`[${hiddenClass}]|\\r(?!\\n)|${markers.join('|')}`, 'uy');
const escapedInPath = new RegExp(`[${hiddenClass}\\t\\n\\r"<>\\\\]|\\uFF5C(?=DSML)`, 'gu');
const escape = /\u27e6U\+([0-9A-F]{4,6})\u27e7/g;

/** The escape of one character: `⟦U+202E⟧`. */
export function escapeOf(char: string): string {
  return `\u27e6U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}\u27e7`;
}

/** By UTF-16 unit: 1 where `escaped` may match. Nearly all texts have next to none, and are not copied. */
const suspects = makeSuspects();

function makeSuspects(): Uint8Array {
  const units = new Uint8Array(0x10000);
  // What lies beyond begins with a surrogate, and all of these are suspects already.
  for (const [from, to] of hiddenRanges) if (from <= 0xffff) units.fill(1, from, to + 1);
  for (const begin of '\r<\uff5c') units[begin.charCodeAt(0)] = 1;
  return units;
}

export function escapeText(text: string): string {
  let view = '';
  let kept = 0;
  for (let at = 0; at < text.length; at++) {
    if (suspects[text.charCodeAt(at)] === 0) continue;
    escaped.lastIndex = at;
    const char = escaped.exec(text)?.[0];
    if (char !== undefined) {
      view += text.slice(kept, at) + escapeOf(char);
      kept = at + char.length;
    }
    // Both halves of a pair are looked at as one.
    if ((text.codePointAt(at) ?? 0) > 0xffff) at++;
  }
  return kept === 0 ? text : view + text.slice(kept);
}

/** For a path inside quotes on one line. */
export function escapePath(path: string): string {
  return path.replace(escapedInPath, escapeOf);
}

export function unescapeText(view: string): string {
  if (!view.includes('\u27e6')) return view;
  return view.replace(escape, (whole, digits: string) => {
    const code = Number.parseInt(digits, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
