import { expect, test } from 'vitest';
import { describeLanguageDrift, scriptOf } from '../../../src/core/agent/language.js';

test.each([
  ['Please rename the function and run the tests.', 'Latin'],
  ['请把这个函数重命名，然后运行测试。', 'Chinese'],
  ['この関数の名前を変えてテストを実行してください。', 'Japanese'],
  ['이 함수의 이름을 바꾸고 테스트를 실행해 주세요.', 'Korean'],
  ['Переименуй функцию и запусти тесты.', 'Cyrillic'],
  ['ok', undefined],
  ['```ts\nconst aVeryLongNameOfAConstant = 1;\n```', undefined],
  ['这个函数 `renameEverything` 在 `src/core/model/client.ts` 里', 'Chinese'],
] as const)('%s is %s', (text, script) => {
  expect(scriptOf(text)).toBe(script);
});

test('an answer in another script is told, one that was asked for is not', () => {
  const chinese = '这个函数读取文件并返回它的内容，没有其他作用。';
  expect(describeLanguageDrift('What does this function do?', chinese)).toContain('another language');
  expect(
    describeLanguageDrift('这个函数有什么作用？请说明一下吧', 'It reads the file and returns its content.'),
  ).toContain('another language');
  expect(describeLanguageDrift('What does this function do?', 'It reads the file.')).toBeUndefined();
  expect(describeLanguageDrift('Translate the readme for our users in Beijing.', chinese)).toBeUndefined();
  expect(describeLanguageDrift('ok?', chinese)).toBeUndefined();
});
