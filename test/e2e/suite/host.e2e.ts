import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSmallRepository } from '../../support/smallRepository.js';
import { openFile, openSidebar, runPaletteCommand, tab } from '../../support/vscodeHost/workbench.js';
import { startPackagedHost, usePage, type PackagedHost } from '../support.js';

describe('the packaged extension in a trusted folder', () => {
  let host: PackagedHost;
  let folder: string;
  beforeAll(async () => {
    folder = await makeSmallRepository();
    host = await startPackagedHost();
  });
  afterAll(async () => {
    await host.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('WEB-08: shows its message box in the side bar, beside files that open, and its page loads none of them', async () => {
    await usePage(host, folder, async (page) => {
      await openFile(page, 'src/greet.mjs');
      expect(await tab(page, 'greet.mjs').isVisible()).toBe(true);
      const sidebar = await openSidebar(page);
      await sidebar.getByRole('textbox').first().waitFor();
      await runPaletteCommand(page, 'View: Close All Editors');
      await tab(page, 'greet.mjs').waitFor({ state: 'detached' });
      await checkWhatLoads(sidebar);
    });
  });

  /** The policy allows style sheets and pictures of the resource host, so that it alone can refuse. */
  async function checkWhatLoads(sidebar: FrameLocator): Promise<void> {
    await writeFile(join(folder, 'theirs.css'), '.composer { outline: 7px solid red }\n');
    await writeFile(join(folder, 'theirs.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>\n');
    const own = await sidebar.locator('#vscode-codicon-stylesheet').evaluate((link: HTMLLinkElement) => link.href);
    const ownPath = new URL(own).pathname;
    const below = ownPath.slice(0, ownPath.lastIndexOf('/'));
    const places = [folder, `${below}/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..${folder}`, `${below}/../..`];
    const names = ['theirs.css', 'theirs.svg', 'package.json'];
    const theirs = places.flatMap((place) => names.map((name) => own.replace(ownPath, `${place}/${name}`)));
    expect(await sidebar.locator('body').evaluate(tryToLoad, [own, ...theirs])).toEqual([own]);
  }
});

describe('the packaged extension in a folder that is not trusted', () => {
  it('opens in restricted mode', async () => {
    const folder = await makeSmallRepository();
    const host = await startPackagedHost({ profile: 'restricted' });
    try {
      await usePage(host, folder, async (page) => {
        await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
      });
    } finally {
      await host.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Runs in the page, as a style sheet and as a picture: those of the addresses that it got anything from. */
async function tryToLoad(body: Element, addresses: string[]): Promise<string[]> {
  const load = (element: HTMLLinkElement | HTMLImageElement): Promise<boolean> =>
    new Promise((resolve) => {
      element.onload = () => resolve(true);
      element.onerror = () => resolve(false);
      body.append(element);
    });
  const loaded: string[] = [];
  for (const address of addresses) {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: address });
    const image = Object.assign(document.createElement('img'), { src: address });
    if ((await load(link)) || (await load(image))) loaded.push(address);
  }
  return loaded;
}
