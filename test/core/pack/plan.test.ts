import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace, noProgress, noSignal, type Workspace } from './workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.dispose());

describe('a plan', () => {
  it('says what a pack under a smaller budget then holds, file by file', async () => {
    for (let index = 0; index < 40; index++) {
      workspace.write(
        `src/part${index % 4}/file${index}.ts`,
        `export const value${index} = ${index};\n`.repeat(index + 1),
      );
    }
    workspace.write('odd.txt', '\n\nlast line');
    workspace.write('image.png', Buffer.from([0x89, 0x50, 0, 1]));
    const packer = await workspace.engine();
    const { report } = await packer.open(workspace.options(), noProgress, noSignal);
    for (const share of [1, 0.9, 0.5, 0.2]) {
      const budget = Math.ceil(report.tokens * share);
      const plan = await packer.plan(budget, noSignal);
      const { report: made } = await packer.fresh(workspace.options(budget), noProgress, noSignal);
      expect(plan.budget).toBe(budget);
      expect(plan.tokens).toBe(made.tokens);
      expect(plan.files).toEqual(made.files.map(({ as, tokens }) => ({ as, tokens })));
    }
  });

  it('refuses a budget that does not hold the lists, in a sentence', async () => {
    workspace.write('a.ts', 'export const a = 1;\n');
    const packer = await workspace.engine();
    await packer.open(workspace.options(), noProgress, noSignal);
    await expect(packer.plan(3, noSignal)).rejects.toThrow('A budget of 3 tokens does not even hold the list of files');
  });
});
