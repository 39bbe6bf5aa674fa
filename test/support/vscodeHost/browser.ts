import { chromium, type Browser, type Page } from 'playwright-core';
import { ensureBrowser } from '../../../scripts/installHost.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Waits of the page helpers; generous, since a machine with ten times as much to do as cores opens a workbench in 60 s. */
const PAGE_TIMEOUT_MS = 120_000;

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureBrowser(), headless: true, args: FLAGS });
}

/** A page with a fresh profile: no layout, no secrets, nothing stored. */
export async function openFreshPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  return page;
}
