/** One-line edits of thirteen encodings by four line ends by five modes, and what became of each file. */
import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../../core/tools/bench.js';

/** Bytes of every character of a legacy encoding, from Node's own decoder turned round. */
function encoderOf(label: string): (text: string) => Buffer {
  const bytesOf = new Map<string, number[]>();
  const decoder = new TextDecoder(label, { fatal: true });
  const note = (bytes: number[]): void => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes));
      if ([...text].length === 1 && !bytesOf.has(text)) bytesOf.set(text, bytes);
    } catch {
      // No character of this encoding.
    }
  };
  for (let one = 0; one < 256; one++) note([one]);
  for (let one = 0x81; one < 256; one++) for (let two = 0x40; two < 256; two++) note([one, two]);
  return (text) => Buffer.from([...text].flatMap((char) => bytesOf.get(char) ?? []));
}

const chinese = ['\u4f60\u597d\u4e16\u754c', '\u6f22\u5b57'] as const;
const japanese = ['\u3053\u3093\u306b\u3061\u306f', '\u6771\u4eac'] as const;
const western = ['caf\u00e9', 'na\u00efve'] as const;

/** Name, encoder, words of the language, and whether it is known for certain, so that the edit has to be made. */
export const encodings: [string, (text: string) => Buffer, readonly [string, string], boolean][] = [
  ['UTF-8', (text) => Buffer.from(text), chinese, true],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`), chinese, true],
  ['UTF-16LE with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le'), western, true],
  ['UTF-16BE with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), western, true],
  ['UTF-16LE', (text) => Buffer.from(text, 'utf16le'), western, true],
  ['Latin-1', (text) => Buffer.from(text, 'latin1'), western, true],
  ['Windows-1252', encoderOf('windows-1252'), ['\u201ccaf\u00e9\u201d', '5 \u20ac'], false],
  ['GBK', encoderOf('gbk'), chinese, false],
  ['Shift-JIS', encoderOf('shift_jis'), japanese, false],
  ['EUC-JP', encoderOf('euc-jp'), japanese, false],
  ['EUC-KR', encoderOf('euc-kr'), ['\uc548\ub155\ud558\uc138\uc694', '\ud55c\uad6d'], false],
  ['Big5', encoderOf('big5'), ['\u4f60\u597d\u4e16\u754c', '\u6f22\u5b57'], false],
  ['KOI8-R', encoderOf('koi8-r'), ['\u043f\u0440\u0438\u0432\u0435\u0442', '\u043c\u0438\u0440'], false],
];

export const lineEnds: [string, string[]][] = [
  ['LF', ['\n']],
  ['CR LF', ['\r\n']],
  ['mixed', ['\r\n', '\n']],
  ['CR', ['\r']],
];
const modes = [0o644, 0o755, 0o640, 0o600, 0o444];

function textWith(ends: readonly string[], [first, second]: readonly [string, string], value: string): string {
  const lines = [
    '# a plain line of text at the top',
    `name = ${first}`,
    `value = ${value}`,
    `other = ${second}`,
    'the end',
  ];
  return lines.map((line, index) => `${line}${ends[index % ends.length]!}`).join('');
}

/** What the disk shows after an edit in ASCII, and after one in Chinese. */
export interface Tried {
  path: string;
  answer: string;
  failed: boolean;
  bytes: 'before' | 'after' | 'neither';
  /** The second edit changed nothing more. */
  isLeft: boolean;
  mode: { before: number; after: number };
  owner: { before: [uid: number, gid: number]; after: [uid: number, gid: number] };
}

/** In every mode; `owner` is given the files before. */
export async function tryEdits(
  bench: Bench,
  [name, encode, words]: (typeof encodings)[number],
  [ends, style]: (typeof lineEnds)[number],
  owner?: number,
): Promise<Tried[]> {
  const before = encode(textWith(style, words, 'old'));
  const after = encode(textWith(style, words, 'new'));
  const tried: Tried[] = [];
  for (const mode of modes) {
    const path = `${name}-${ends}-${mode.toString(8)}.txt`.replaceAll(' ', '_');
    const file = join(bench.root, path);
    bench.write(path, before, mode);
    if (owner !== undefined) chownSync(file, owner, owner);
    chmodSync(file, mode);
    const old = statSync(file);
    const hunks = [{ old_text: 'value = old', new_text: 'value = new' }];
    const { text, failed } = await bench.call('edit_file', { path, hunks });
    const bytes = readFileSync(file);
    const now = statSync(file);
    await bench.call('edit_file', { path, hunks: [{ old_text: 'the end', new_text: `the ${chinese[0]}` }] });
    tried.push({
      ...{ path, answer: text, failed },
      bytes: bytes.equals(after) ? 'after' : bytes.equals(before) ? 'before' : 'neither',
      isLeft: readFileSync(file).equals(bytes),
      mode: { before: old.mode & 0o777, after: now.mode & 0o777 },
      owner: { before: [old.uid, old.gid], after: [now.uid, now.gid] },
    });
  }
  return tried;
}
