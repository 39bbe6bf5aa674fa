/** What the end-to-end suites share: a host with the packaged extension, and pages that leave evidence when a test fails. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { startBrowser } from '../support/vscodeHost/browser.js';
import { startVscodeServer, type VscodeServer, type VscodeServerOptions } from '../support/vscodeHost/server.js';
import { openWorkbench } from '../support/vscodeHost/workbench.js';

export interface PackagedHost {
  server: VscodeServer;
  browser: Browser;
  stop: () => Promise<void>;
}

/** Starts a VS Code server with the packaged extension installed, and a browser. By default the folder is trusted. */
export async function startPackagedHost(options: Partial<VscodeServerOptions> = {}): Promise<PackagedHost> {
  const vsixFile = process.env['BALEEN_VSIX'];
  if (vsixFile === undefined)
    throw new Error('BALEEN_VSIX is not set; start the end-to-end tests with test/e2e/run.mjs.');
  const server = await startVscodeServer({ profile: 'trusted', extensions: 'vsix', vsixFile, ...options });
  try {
    const browser = await startBrowser();
    const stop = async () => {
      await browser.close();
      await server.stop();
    };
    return { server, browser, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Opens the folder in a fresh page for `work`. If that throws, a screenshot and logs are kept and named in the error. */
export async function usePage<T>(host: PackagedHost, folder: string, work: (page: Page) => Promise<T>): Promise<T> {
  const printed: string[] = [];
  const pages: Page[] = [];
  try {
    const page = await openWorkbench({ ...host, folder, onPage: (opened) => listen(opened, pages, printed) });
    return await work(page);
  } catch (error) {
    const where = await keepEvidence(host, pages[0], printed);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nEvidence: ${where}`, { cause: error });
  } finally {
    for (const page of pages) await page.context().close();
  }
}

/** Takes the README's picture of this name anew if BALEEN_UPDATE_PICTURES is 1; a test run else leaves the tree alone. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (process.env['BALEEN_UPDATE_PICTURES'] !== '1') return;
  await page.screenshot({ path: fileURLToPath(new URL(`../../media/readme/${name}.png`, import.meta.url)) });
}

function listen(page: Page, pages: Page[], printed: string[]): void {
  pages.push(page);
  page.on('pageerror', (error) => printed.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => printed.push(`${message.type()}: ${message.text()}`));
}

async function keepEvidence(host: PackagedHost, page: Page | undefined, printed: string[]): Promise<string> {
  const folder = process.env['BALEEN_E2E_EVIDENCE'] ?? 'dist-test/e2e/evidence';
  const name = (expect.getState().currentTestName ?? 'test').replaceAll(/\W+/g, '-').slice(0, 80);
  await mkdir(folder, { recursive: true });
  const webviews = await describeWebviews(page).catch((why: unknown) => String(why));
  await page?.screenshot({ path: join(folder, `${name}.png`) }).catch(() => undefined);
  const log = `Webviews:\n${webviews}\n\nPage:\n${printed.join('\n')}\n\nServer:\n${await host.server.readLogTail()}\n`;
  await writeFile(join(folder, `${name}.log`), log);
  return join(folder, `${name}.png and .log`);
}

/** How the editor's webviews stand, and whether the page draws at all: a picture makes it draw. */
async function describeWebviews(page: Page | undefined): Promise<string> {
  const found = await page?.evaluate(async () => {
    const late = new Promise((resolve) => setTimeout(() => resolve('The page draws no frame.'), 3000));
    const drawn = new Promise((resolve) => requestAnimationFrame(() => resolve('The page draws.')));
    const frames = [...document.querySelectorAll('iframe')].map((frame) => {
      const { width, height } = frame.getBoundingClientRect();
      return `${frame.className} ${getComputedStyle(frame).visibility} ${width}x${height} ${frame.src}`;
    });
    return [await Promise.race([drawn, late]), ...frames].join('\n');
  });
  return found ?? '';
}
