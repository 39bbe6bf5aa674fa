/** What a user does and sees in the usage page, as functions on its document. */
import type { FrameLocator, Page } from 'playwright-core';
import { editorFrame, runPaletteCommand } from '../support/vscodeHost/workbench.js';

/** Opens the page from the palette; `ready` is a text that is there once it is drawn. */
export async function openUsagePage(page: Page, ready: string): Promise<FrameLocator> {
  await runPaletteCommand(page, 'Baleen: Show Usage');
  const usage = editorFrame(page);
  await usage.getByText(ready).first().waitFor();
  return usage;
}

/** A figure of the head, with what stands below it. */
export async function readFact(usage: FrameLocator, name: string): Promise<string[]> {
  return usage.locator('.fact').filter({ hasText: name }).first().locator('dd').allTextContents();
}
