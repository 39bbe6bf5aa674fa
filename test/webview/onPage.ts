import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../support/vscodeHost/browser.js';
import {
  bundlePage,
  servePage,
  type HarnessOptions,
  type PageHarness,
  type PageServer,
  type ServeOptions,
} from './page.js';

type OnPage<H> = (name: string, run: (harness: H) => Promise<void>, options?: HarnessOptions) => void;

/**
 * For a test file: registers a browser and the page's server for all of it, and gives what registers a test. Each runs on
 * a page that was loaded for it, which must end without a violation of the policy or an uncaught error.
 */
export function preparePages<H extends Pick<PageHarness<never, never>, 'readFaults' | 'close' | 'release'>>(
  open: (browser: Browser, server: PageServer, options: HarnessOptions) => Promise<H>,
  served: ServeOptions = {},
): OnPage<H> {
  let browser: Browser;
  let server: PageServer;

  beforeAll(async () => {
    server = await servePage(await bundlePage(), served);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  return (name, run, options = {}) =>
    test(name, async () => {
      const harness = await open(browser, server, options);
      try {
        await run(harness);
        expect(await harness.readFaults()).toEqual([]);
      } catch (error) {
        await harness.close();
        throw error;
      }
      harness.release();
    });
}
