/** Notices reasoning that goes round in a circle: the same block, word for word, again and again. */

/** Fewer repetitions, or shorter ones, occur in honest reasoning: tables, lists of cases. */
const leastRepeats = 4;
const leastChars = 4_000;
/** Longer blocks than a quarter of it are not seen. */
const windowChars = 32_768;
const everyChars = 4_096;

export interface RepetitionWatch {
  /** `true` when the end of the text so far is one block, repeated. */
  push(piece: string): boolean;
}

export function createRepetitionWatch(): RepetitionWatch {
  let end = '';
  let sinceLook = 0;
  return {
    push(piece) {
      end = (end + piece).slice(-windowChars);
      sinceLook += piece.length;
      if (sinceLook < everyChars) return false;
      sinceLook = 0;
      return endsInRepeats(end);
    },
  };
}

/** Knuth, Morris and Pratt's table over the text read backwards: a border of it is a period of the text's end. */
export function endsInRepeats(text: string): boolean {
  const borders = new Uint32Array(text.length);
  const last = text.length - 1;
  for (let at = 1, length = 0; at < text.length; at++) {
    const code = text.charCodeAt(last - at);
    while (length > 0 && text.charCodeAt(last - length) !== code) length = borders[length - 1]!;
    if (text.charCodeAt(last - length) === code) length++;
    borders[at] = length;
    const chars = at + 1;
    if (chars >= leastChars && chars >= leastRepeats * (chars - length)) return true;
  }
  return false;
}
