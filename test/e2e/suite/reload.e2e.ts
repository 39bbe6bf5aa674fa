import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openSidebar, reloadWorkbench } from '../../support/vscodeHost/workbench.js';
import {
  answerApproval,
  answerUntilEnd,
  approvalCard,
  messageBox,
  readTranscript,
  turnEnds,
  typeAndSend,
  waitUntilStored,
} from '../sidebar.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

const command = 'echo once >> made.txt';
const draft = 'and then explain src/greet.mjs';

describe('windows on one folder', () => {
  let host: PackagedHost;
  let folder: string;
  beforeAll(async () => {
    folder = await makeSmallRepository();
    host = await startPackagedHost({ env: { BALEEN_REHEARSAL: '1' } });
  });
  afterAll(async () => {
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('a reload brings back transcript, draft and a waiting approval, whose command then runs once', async () => {
    const readMade = () => readFile(join(folder, 'made.txt'), 'utf8').catch(() => undefined);
    await usePage(host, folder, async (page) => {
      const before = await openSidebar(page);
      await typeAndSend(before, 'explain README.md');
      await turnEnds(before).waitFor();
      await typeAndSend(before, `run \`${command}\``);
      await approvalCard(before).getByText(command).waitFor();
      await messageBox(before).pressSequentially(draft);
      await waitUntilStored(page, draft);
      const waiting = await readTranscript(before);

      await reloadWorkbench(page);
      const after = await openSidebar(page);
      await approvalCard(after).getByText(command).waitFor();
      await expect.poll(() => messageBox(after).inputValue()).toBe(draft);
      expect(await readTranscript(after)).toEqual(waiting);
      expect(await readMade()).toBeUndefined();
      await answerApproval(after, 'Approve');
      await turnEnds(after).nth(1).waitFor();
      expect(await readMade()).toBe('once\n');
      expect(await turnEnds(after).nth(1).textContent()).toContain('Done');
      const ended = await readTranscript(after);

      await reloadWorkbench(page);
      const last = await openSidebar(page);
      await turnEnds(last).nth(1).waitFor();
      expect(await approvalCard(last).count()).toBe(0);
      expect(await readTranscript(last)).toEqual(ended);
      expect(await readMade()).toBe('once\n');
      expect(await messageBox(last).inputValue()).toBe(draft);
    });
  });

  it('TRU-08: two windows on one folder take turns at once, and both come to their end', async () => {
    const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
    await usePage(host, folder, async (first) => {
      await usePage(host, folder, async (second) => {
        const [left, right] = [await openSidebar(first), await openSidebar(second)];
        await typeAndSend(left, 'rename greet to welcome everywhere');
        await approvalCard(left).waitFor();
        await typeAndSend(right, 'run `echo beside >> beside.txt`');
        await approvalCard(right).getByText('beside.txt').first().waitFor();
        await answerApproval(right, 'Approve');
        await answerUntilEnd(left, 1, () => 'Approve');
        await turnEnds(right).waitFor();
        expect(await read('beside.txt')).toBe('beside\n');
        expect(await read('src/main.mjs')).toContain('welcome(');
        // What one window wrote the other one is told.
        await typeAndSend(right, 'find welcome');
        await turnEnds(right).nth(1).waitFor();
        expect(await right.locator('.answer').last().textContent()).toContain('src/main.mjs');
        for (const sidebar of [left, right]) {
          expect(await turnEnds(sidebar).allTextContents()).toEqual(
            expect.arrayContaining([expect.stringMatching(/^Done/)]),
          );
          expect(await sidebar.locator('.notice-error, .notice-warning').allTextContents()).toEqual([]);
        }
      });
    });
  });
});
