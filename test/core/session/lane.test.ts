/**
 * The invariant that the product rests on: in one lane each request's messages begin with those of the request
 * before it, byte for byte, whatever changes on disk between them; and what the prefix cache makes of that.
 */
import { appendFileSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runRefactor } from '../../../src/core/refactor/refactor.js';
import { makeChange } from '../../../src/core/review/changes.js';
import { reviewChanges } from '../../../src/core/review/review.js';
import { startSession, type Session } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';
import type { RecordedRequest, Turn } from '../../support/simulator/simulator.js';
import { prepareWorkspace } from '../../support/prepareWorkspace.js';
import { createExactCount } from '../../support/workspace.js';

const signal = new AbortController().signal;
const tokenCount = createExactCount();
const wires = ['openai', 'anthropic'] as const;

const files: Record<string, string> = { 'src/a.mjs': 'export const a = 1;\n', 'src/b.mjs': 'export const b = 2;\n' };
for (let n = 0; n < 30; n++)
  files[`src/filler${n}.mjs`] = `export const filler${n} = ${JSON.stringify('x'.repeat(200))};\n`;
const place = prepareWorkspace(files);

async function open(
  wire: (typeof wires)[number],
  script: Turn[],
  workflow: 'chat' | 'review' | 'refactor',
): Promise<Session> {
  const workspace = await place.open(script, { wire, tokenCount });
  return startSession(workspace.parts, workspace.settings, workflow, () => undefined, signal);
}

let calls = 0;
const call = (name: string, args: unknown) => ({ id: `call_${++calls}`, name, arguments: JSON.stringify(args) });

/** Every request after the first finds at least the whole input of the one before it, less what is below a unit of 128. */
function expectWarmLane(requests: readonly RecordedRequest[]): void {
  expect(requests.map((request) => request.refusal)).toEqual(requests.map(() => undefined));
  assertMessagesGrow(requests);
  const usages = requests.map((request) => request.usage!);
  if (process.env.BALEEN_SHOW_HITS === '1') {
    const rows = usages.map(({ cacheHitTokens: hit, cacheMissTokens: miss }) => `${hit} of ${hit + miss}`);
    process.stderr.write(`${expect.getState().currentTestName}: ${rows.join(', ')}\n`);
  }
  expect(usages[0]!.cacheHitTokens).toBe(0);
  for (const [index, usage] of usages.slice(1).entries()) {
    const before = usages[index]!;
    expect(usage.cacheHitTokens).toBeGreaterThan(before.cacheHitTokens + before.cacheMissTokens - 128);
    expect(usage.cacheMissTokens).toBeLessThan(1500);
  }
}

describe.each(wires)('on the %s wire', (wire) => {
  test('chat: four requests, with files written, created and deleted between them', async () => {
    const session = await open(
      wire,
      [
        { reasoning: 'I look.', text: 'One.' },
        { text: 'Two, without reasoning.' },
        {
          reasoning: 'An edit.',
          calls: [call('edit_file', { path: 'src/b.mjs', hunks: [{ old_text: 'b = 2', new_text: 'b = 3' }] })],
        },
        { reasoning: 'Done.', text: 'Three.' },
        { text: 'Four.' },
      ],
      'chat',
    );
    const ask = (text: string) => runTurn(session, text, { kind: 'chat', request: text }, signal);
    await ask('one');
    appendFileSync(join(place.folder, 'src/a.mjs'), 'export const more = "€ 🙂";\n');
    writeFileSync(join(place.folder, 'src/new.mjs'), 'export const fresh = true;\n');
    await ask('two');
    unlinkSync(join(place.folder, 'src/filler3.mjs'));
    await ask('three');

    const { requests } = place.workspace.simulator;
    expect(requests).toHaveLength(4);
    expectWarmLane(requests);
    const last = (number: number): string => JSON.stringify(requests[number - 1]!.parsed.messages.at(-1));
    expect(last(2)).toContain('export const more');
    expect(last(2)).toContain('src/new.mjs');
    expect(last(3)).toContain('src/filler3.mjs');
    // Its own edit is in the conversation already, and is not told twice.
    await ask('four');
    expect(JSON.stringify(requests[4]!.parsed.messages.at(-1))).not.toContain('b = 3');
  });

  test('review: one running conversation, a save between each of four requests', async () => {
    const report = () => ({ reasoning: 'Checked.', calls: [call('report_findings', { findings: [] })] });
    const session = await open(wire, [report(), report(), report(), report()], 'review');
    for (let save = 1; save <= 4; save++) {
      const path = join(place.folder, 'src/a.mjs');
      const before = readFileSync(path, 'utf8');
      const after = `${before}export const saved${save} = ${save};\n`;
      writeFileSync(path, after);
      const made = makeChange('src/a.mjs', before, after);
      if (made.kind !== 'review') throw new Error(made.why);
      const result = await reviewChanges({ session, changes: [made.change], title: 'Review src/a.mjs' }, signal);
      expect(result.state).toBe('clean');
    }
    const { requests } = place.workspace.simulator;
    expect(requests).toHaveLength(4);
    expectWarmLane(requests);
    for (const [index, request] of requests.entries()) {
      const last = request.parsed.messages.at(-1)!;
      expect(last.role).toBe('user');
      expect('text' in last && last.text.trimEnd().split('\n').slice(-4).join('\n')).toContain(`saved${index + 1}`);
    }
  });

  test('refactor: sites, edits, a red verify and its repair', async () => {
    const edit = (from: string, to: string) =>
      call('edit_file', { path: 'src/a.mjs', hunks: [{ old_text: from, new_text: to }] });
    const site = {
      path: 'src/a.mjs',
      quote: 'export const a = 1;',
      severity: 'info',
      category: 'site',
      message: 'the definition',
    };
    const session = await open(
      wire,
      [
        { reasoning: 'One site.', calls: [call('report_findings', { findings: [site] })] },
        { reasoning: 'Edit.', calls: [edit('a = 1', 'a = ')] },
        { text: 'Changed.' },
        { reasoning: 'A slip.', calls: [edit('a = ;', 'a = 2;')] },
        { text: 'Repaired.' },
      ],
      'refactor',
    );
    const verify = ['date +%N > verified.txt && node src/a.mjs'];
    const result = await runRefactor({ session, rule: 'a is 2', verify, choose: async (sites) => sites }, signal);
    expect(result.outcome).toBe('done');
    expect(readFileSync(join(place.folder, 'src/a.mjs'), 'utf8')).toBe('export const a = 2;\n');
    const { requests } = place.workspace.simulator;
    expect(requests).toHaveLength(5);
    expectWarmLane(requests);
  });
});
