/**
 * Order of paths in lists and packs: that of their UTF-8 bytes, as git sorts. It differs from that of UTF-16 units only
 * where a character beyond U+FFFF meets one between U+E000 and U+FFFF.
 */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return weigh(x) - weigh(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for characters beyond all others. */
function weigh(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
