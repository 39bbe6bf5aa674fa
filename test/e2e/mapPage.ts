/** What a user does and sees in the pack map, as functions on its document. */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { editorFrame, runPaletteCommand } from '../support/vscodeHost/workbench.js';

/** Opens the map from the palette and waits until it is drawn. */
export async function openPackMap(page: Page): Promise<FrameLocator> {
  await runPaletteCommand(page, 'Baleen: Show Pack Map');
  const map = editorFrame(page);
  await map.getByRole('application').waitFor();
  return map;
}

export function mapRows(map: FrameLocator): Locator {
  return map.locator('.grid-body [role=row]');
}

/** How many pixels of the map are drawn, and in how many colours. */
export async function readCanvas(map: FrameLocator): Promise<{ drawn: number; colours: number }> {
  return map
    .getByRole('application')
    .locator('canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set<number>();
      let drawn = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 0) continue;
        drawn++;
        colours.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
      }
      return { drawn: drawn / (data.length / 4), colours: colours.size };
    });
}

/** Clicks a button of VS Code's own dialog. */
export async function answerDialog(page: Page, answer: string): Promise<string> {
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  const text = await dialog.innerText();
  await dialog.getByRole('button', { name: answer, exact: true }).click();
  return text;
}
