/** What a user does and sees in the sidebar's page, as functions on its document. */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

export function messageBox(sidebar: FrameLocator): Locator {
  return sidebar.getByRole('textbox', { name: 'Message' });
}

/** Types with single key presses and sends with Enter. */
export async function typeAndSend(sidebar: FrameLocator, text: string): Promise<void> {
  const box = messageBox(sidebar);
  await box.click();
  await box.pressSequentially(text);
  await box.press('Enter');
}

/** What became of each turn, oldest first. */
export function turnEnds(sidebar: FrameLocator): Locator {
  return sidebar.locator('.turn-end');
}

export function approvalCard(sidebar: FrameLocator): Locator {
  return sidebar.locator('section.approval');
}

/** Clicks an answer of the question in sight, once its buttons take a click. */
export async function answerApproval(sidebar: FrameLocator, answer: 'Approve' | 'Reject'): Promise<void> {
  await approvalCard(sidebar)
    .locator('button[aria-disabled="false"]', {
      hasText: answer === 'Approve' ? /^(?:Approve|Allow once)$/ : /^Reject$/,
    })
    .click();
}

/** Answers every question of the running turn until it has ended. */
export async function answerUntilEnd(
  sidebar: FrameLocator,
  ends: number,
  choose: (question: string) => 'Approve' | 'Reject',
): Promise<string[]> {
  const asked: string[] = [];
  const ended = turnEnds(sidebar).nth(ends - 1);
  const question = approvalCard(sidebar);
  for (;;) {
    await question.or(ended).first().waitFor();
    if (!(await question.isVisible())) return asked;
    // Each question is an element of its own, so the next one cannot be taken for this one.
    const element = await question.elementHandle();
    const text = (await element?.innerText()) ?? '';
    asked.push(text);
    await answerApproval(sidebar, choose(text));
    await element?.waitForElementState('hidden');
  }
}

/** The texts of what was said and done; the line that tells of a reload is not among them. */
export async function readTranscript(sidebar: FrameLocator): Promise<string[]> {
  const parts = sidebar.locator('.transcript').locator('.user-message, .answer, .turn-end, .tool-title');
  return (await parts.allTextContents()).filter((text) => !text.startsWith('(continued'));
}

/** Pixels between what is shown of the conversation and its end. */
export async function readDistanceFromEnd(sidebar: FrameLocator): Promise<number> {
  return sidebar.locator('.transcript').evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
}

/** Drags the side bar's edge until it is about so wide. */
export async function widenSidebar(page: Page, widthPx: number): Promise<void> {
  const before = await page.locator('.part.sidebar').boundingBox();
  if (before === null) throw new Error('No side bar is shown.');
  const edge = { x: before.x + before.width, y: before.y + before.height / 3 };
  await page.mouse.move(edge.x, edge.y);
  await page.mouse.down();
  await page.mouse.move(before.x + widthPx, edge.y, { steps: 5 });
  await page.mouse.up();
}

/** Waits until VS Code has stored this text of the extension's memory in the browser, where it survives a reload. */
export async function waitUntilStored(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.evaluate(readStoredValues)).toContainEqual(expect.stringContaining(text));
}

/** Runs in the page: the texts of VS Code's own databases. */
async function readStoredValues(): Promise<string[]> {
  const ended = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error('The database could not be read.'));
    });
  const texts: string[] = [];
  for (const { name } of await indexedDB.databases()) {
    if (name?.startsWith('vscode-web-state-db') !== true) continue;
    const database = await ended(indexedDB.open(name));
    if (database.objectStoreNames.contains('ItemTable')) {
      texts.push(...((await ended(database.transaction('ItemTable').objectStore('ItemTable').getAll())) as string[]));
    }
    database.close();
  }
  return texts;
}
