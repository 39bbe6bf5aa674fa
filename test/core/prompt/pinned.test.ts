/** The first bytes of every prompt. If one of these changes, everybody's cache is cold: raise the version and say so. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemText } from '../../../src/core/prompt/systemText.js';
import { createTools, toolSpecs } from '../../../src/core/tools/toolList.js';
import { createExactCount } from '../../support/workspace.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('system text and tool list are the pinned bytes', () => {
  const specs = toolSpecs(createTools());
  expect({ system: sha256(systemText), tools: sha256(JSON.stringify(specs)) }).toMatchInlineSnapshot(`
    {
      "system": "0fa8e276f75ffdf40a7ff0431447e140a6b281288926c82d9c5b8d9a98a7befb",
      "tools": "59ca03accedbd491b9d827df3bd2855946ca5787b58e1cd4f334df4d84f1031f",
    }
  `);
});

test('together they stay short', () => {
  const count = createExactCount();
  const tokens =
    count(systemText) + toolSpecs(createTools()).reduce((sum, spec) => sum + count(JSON.stringify(spec)), 0);
  expect(tokens).toBeLessThan(4000);
});
