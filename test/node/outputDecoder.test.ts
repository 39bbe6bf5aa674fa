import { execFileSync } from 'node:child_process';
import { describe, expect, it, test } from 'vitest';
import { encodingsOfCodePage } from '../../src/node/consoleEncodings.js';
import { createOutputDecoder, likelyEncodings } from '../../src/node/outputDecoder.js';

const encode = (text: string, encoding: string): Buffer =>
  execFileSync('iconv', ['-f', 'UTF-8', '-t', encoding], { input: text });

/** In pieces of `size` bytes. */
function decode(
  bytes: Uint8Array,
  likely: readonly string[],
  size: number,
): { text: string; readAs: readonly string[] } {
  const decoder = createOutputDecoder(likely);
  let text = '';
  for (let at = 0; at < bytes.length; at += size) text += decoder.decode(bytes.subarray(at, at + size));
  return { text: text + decoder.end(), readAs: decoder.readAs() };
}

describe('output of a process as text', () => {
  const inUtf8 = 'plain\nвода 🐋 größe 中文\nlast é';
  it.each([1, 2, 3, 5, 7, 1000])('UTF-8, in pieces of %i bytes', (size) => {
    expect(decode(Buffer.from(inUtf8), ['gb18030'], size)).toEqual({ text: inUtf8, readAs: [] });
  });

  const cases: [string, string, string, string][] = [
    ['zh_CN.UTF-8', 'GBK', 'gb18030', 'main.c:3: 错误: 找不到文件\n编译失败\n'],
    ['zh_TW.UTF-8', 'BIG5', 'big5', 'main.c:3: 檔案找不到\n'],
    ['ja_JP.UTF-8', 'SHIFT_JIS', 'shift_jis', 'エラー: ファイルが見つかりません\n失敗しました\n'],
    ['ko_KR.UTF-8', 'EUC-KR', 'euc-kr', '오류: 파일을 찾을 수 없습니다\n'],
    ['ru_RU.UTF-8', 'CP1251', 'windows-1251', 'Ошибка: файл не найден\n'],
    ['ru_RU.KOI8-R', 'KOI8-R', 'koi8-r', 'Ошибка: файл не найден\n'],
    ['pl_PL.UTF-8', 'CP1250', 'windows-1250', 'błąd: nie znaleziono pliku\n'],
    ['de_DE.UTF-8', 'LATIN1', 'latin1', 'Größe: Datei nicht gefunden\n'],
    ['C', 'LATIN1', 'latin1', 'fichier non trouvé\n'],
  ];
  it.each(cases)('under %s, %s is read as %s', (locale, encoding, label, text) => {
    const bytes = Buffer.concat([encode(text, encoding), Buffer.from('and UTF-8: 🐋 中\n')]);
    const likely = likelyEncodings({ LANG: locale });
    for (const size of [bytes.length, 1000, 40]) {
      expect(decode(bytes, likely, size)).toEqual({ text: `${text}and UTF-8: 🐋 中\n`, readAs: [label] });
    }
  });

  it('nothing is guessed where nothing speaks for an encoding', () => {
    const { text, readAs } = decode(encode('x 错误 y\nplain\n', 'GBK'), likelyEncodings({ LANG: 'en_US.UTF-8' }), 100);
    expect(readAs).toEqual(['unknown']);
    expect(text).toMatch(/^x \ufffd+ y\nplain\n$/);
  });

  it('UTF-16 with its mark', () => {
    const bytes = Buffer.from('\ufeffPS 中 text\r\n', 'utf16le');
    for (const size of [2, 3, 1000]) {
      expect(decode(bytes, [], size)).toEqual({ text: 'PS 中 text\r\n', readAs: ['utf-16le'] });
    }
  });

  it('a character that is never finished, and bytes that are no text, lose nothing else', () => {
    expect(decode(Buffer.from([0x61, 0xe4, 0xb8]), [], 1).text).toMatch(/^a\ufffd+$/);
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { text } = decode(Buffer.concat([Buffer.from('before\n'), all, Buffer.from('\nafter\n')]), [], 50);
    expect(text.startsWith('before\n')).toBe(true);
    expect(text.endsWith('\nafter\n')).toBe(true);
  });
});

test('the locale’s variables count in the order of setlocale(3)', () => {
  expect(likelyEncodings({ LC_ALL: '', LC_CTYPE: 'ja_JP.eucJP', LANG: 'zh_CN.GBK' })).toEqual(['euc-jp']);
  expect(likelyEncodings({ LC_ALL: 'zh_CN.GBK', LC_CTYPE: 'ja_JP.SJIS' })).toEqual(['gbk']);
  expect(likelyEncodings({ LC_CTYPE: 'ja_JP.EUC-JP', LANG: 'zh_CN.GBK' })).toEqual(['euc-jp']);
  expect(likelyEncodings({})).toEqual([]);
});

test('the console’s code page on Windows, in whatever language it is told', () => {
  expect(encodingsOfCodePage('Active code page: 936\r\n')).toEqual(['gb18030']);
  expect(encodingsOfCodePage('Aktive Codepage: 1252.\r\n')).toEqual(['windows-1252']);
  expect(encodingsOfCodePage('現在のコード ページ: 932\r\n')).toEqual(['shift_jis']);
  expect(encodingsOfCodePage('Active code page: 65001\r\n')).toEqual([]);
});
