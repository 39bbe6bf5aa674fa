/** Texts whose tokens reach over what a naive count would cut apart; the same for the same seed. */
export function makeAwkwardText(seed: number): string {
  const parts = [
    '\n',
    '\r\n',
    ' ',
    '   ',
    '42',
    '漢字',
    'word',
    '}',
    ';\n',
    '>',
    '\t',
    '\u0301',
    '😀',
    '//',
    '\n\n',
    'é',
  ];
  let text = '';
  for (let state = seed * 7919 + 13, n = 0; n < 40; n++, state = (state * 1_103_515_245 + 12_345) % 2_147_483_648)
    text += parts[(state >> 8) % parts.length] ?? '';
  return text;
}
