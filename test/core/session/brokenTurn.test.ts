/** A turn that breaks off in its middle leaves a session that can go on, on both wires. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSession } from '../../../src/core/session/session.js';
import { runTurn } from '../../../src/core/session/turns.js';
import { prepareWorkspace } from '../../support/prepareWorkspace.js';
import { assertMessagesGrow } from '../../support/simulator/growth.js';

const signal = new AbortController().signal;
const place = prepareWorkspace();

const edit = (id: string, from: string, to: string) => ({
  id,
  name: 'edit_file',
  arguments: JSON.stringify({ path: 'README.md', hunks: [{ old_text: from, new_text: to }] }),
});

test.each(['openai', 'anthropic'] as const)(
  'calls whose result could not be kept are answered before the next message (%s)',
  async (wire) => {
    const script = [
      { calls: [edit('a', 'Small', 'Large'), edit('b', 'tests', 'trials')] },
      { text: 'I looked again.' },
      { text: 'Yes.' },
    ];
    const workspace = await place.open(script, { wire });
    const session = await startSession(workspace.parts, workspace.settings, 'chat', () => undefined, signal);
    const { files } = workspace.parts.host;
    const append = files.append.bind(files);
    files.append = (path, bytes) => {
      const isResult = Buffer.from(bytes).toString('utf8').includes('"role":"tool"');
      return isResult ? Promise.reject(new Error('ENOSPC: no space left on device, write')) : append(path, bytes);
    };
    const send = (text: string) => runTurn(session, text, { kind: 'chat', request: text }, signal);
    await expect(send('one')).rejects.toThrow('ENOSPC');
    files.append = append;
    expect((await send('two')).outcome).toBe('done');
    expect((await send('three')).outcome).toBe('done');
    const { requests } = workspace.simulator;
    expect(requests.map(({ refusal }) => refusal)).toEqual([undefined, undefined, undefined]);
    expect(requests[1]!.text).toContain('Whether it took effect is not known');
    assertMessagesGrow(requests);
    // The first edit took effect; the second was never begun.
    expect(readFileSync(join(place.folder, 'README.md'), 'utf8')).toBe('# Large\n\nA repository for tests.\n');
  },
);
