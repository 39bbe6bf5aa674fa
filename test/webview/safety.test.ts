import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { AgentEvent } from '../../src/protocol/events.js';
import { startBrowser } from '../support/vscodeHost/browser.js';
import { bundlePage, listen, openHarness, servePage, type Harness, type PageServer } from './page.js';
import { listMediaPayloads, scriptPayloads } from './payloads.js';

let browser: Browser;
let strict: PageServer;
let loose: PageServer;
let probe: PageServer;
let sink: PageServer;
const hits: string[] = [];

beforeAll(async () => {
  const assets = await bundlePage();
  strict = await servePage(assets);
  // Without the policy the page has to be safe by itself.
  loose = await servePage(assets, { policy: false });
  probe = await servePage(assets, { policy: false, script: 'probe.js' });
  sink = await listen(
    createServer((request, response) => {
      hits.push(request.url ?? '');
      response.end();
    }),
  );
  browser = await startBrowser();
});

afterAll(async () => {
  await browser.close();
  await Promise.all([strict, loose, probe, sink].map((server) => server.close()));
});

async function openProbe(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(probe.url);
  return page;
}

/** Every event of the page's own network is over when an address asked for last has been answered. */
async function settleNetwork(page: Page): Promise<void> {
  const last = `${sink.url}/last-${Math.random()}`;
  await page.evaluate(async (url) => {
    await fetch(url, { mode: 'no-cors' });
    await new Promise((done) => setTimeout(done, 300));
  }, last);
}

const asDelta = (text: string): AgentEvent => ({ type: 'text_delta', text: `${text}\n\n` });

/** One answer each, so that no payload is swallowed by the one before it. */
function asAnswers(payloads: string[]): AgentEvent[] {
  return payloads.flatMap((text, i): AgentEvent[] => [{ type: 'step_start', step: i }, asDelta(text)]);
}

describe('WEB-01: nothing the model writes is loaded', () => {
  const asked = (): string[] => hits.filter((url) => !url.startsWith('/last'));

  test('the sinkhole sees what a trusting page would load', async () => {
    const page = await openProbe();
    await page.evaluate((url) => {
      const image = document.createElement('img');
      image.src = `${url}/control`;
      document.body.append(image);
    }, sink.url);
    await settleNetwork(page);
    expect(asked()).toEqual(['/control']);
    hits.length = 0;
    await page.close();
  });

  test('streamed, replayed and straight through the sanitiser', async () => {
    const payloads = listMediaPayloads(sink.url);
    expect(payloads.length).toBeGreaterThanOrEqual(30);
    const harness = await openHarness(browser, loose);
    await harness.open([], { running: true });
    for (const payload of payloads)
      for (const part of payload.match(/[^]{1,60}/g) ?? [])
        await harness.tellEvents({ type: 'text_delta', text: part });
    await harness.tellEvents(...asAnswers(payloads));
    await harness.open(asAnswers(payloads).map((event) => ({ type: 'event', event })));
    await settleNetwork(harness.page);
    await harness.close();
    const page = await openProbe();
    for (const payload of payloads)
      await page.evaluate((html) => [window.attachHtml(html), window.attachMarkdown(html)], payload);
    await settleNetwork(page);
    await page.close();
    expect(asked()).toEqual([]);
  });

  test('a picture that stands in the text itself is shown', async () => {
    const page = await openProbe();
    const dot =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    expect(await page.evaluate((src) => window.attachMarkdown(`![dot](${src})`), dot)).toContain('<img');
    expect(
      await page.evaluate(() => window.attachMarkdown('![dot](data:image/svg+xml;base64,PHN2Zy8+)')),
    ).not.toContain('<img');
    await page.close();
  });
});

describe('WEB-02: nothing the model writes runs', () => {
  /** Fires what an unwary user or the browser would. */
  async function pokeEverything(page: Page): Promise<void> {
    await page.evaluate(() => {
      for (const element of document.querySelectorAll<HTMLElement>('body *')) {
        for (const type of ['mouseover', 'focus', 'load', 'error', 'toggle', 'animationstart', 'beforetoggle']) {
          element.dispatchEvent(new Event(type, { bubbles: type === 'mouseover' }));
        }
        if (element.closest('a, code, form')) element.click();
      }
    });
  }

  const readRan = (page: Page): Promise<unknown> => page.evaluate(() => (window as unknown as { ran?: number }).ran);

  test('the poking runs what a trusting page would run', async () => {
    const page = await openProbe();
    await page.evaluate(() => {
      const place = document.createElement('div');
      document.body.append(place);
      place.setAttribute('onmouseover', 'window.ran=1');
    });
    await pokeEverything(page);
    expect(await readRan(page)).toBe(1);
    await page.close();
  });

  test('straight through the sanitiser', async () => {
    expect(scriptPayloads.length).toBeGreaterThanOrEqual(60);
    const page = await openProbe();
    for (const payload of scriptPayloads) {
      const shown = await page.evaluate((text) => [window.attachHtml(text), window.attachMarkdown(text)], payload);
      for (const html of shown) {
        expect(html, payload).not.toMatch(
          /<(?:script|iframe|svg|math|style|object|embed|form|input|link|meta|base)\b/i,
        );
        expect(html.replace(/&lt;[^]*?&gt;|"[^"]*"|>[^<]*</g, ''), payload).not.toMatch(/\son\w+=/i);
      }
    }
    await pokeEverything(page);
    expect(await readRan(page)).toBeUndefined();
    expect(page.url()).toBe(`${probe.url}/`);
    await page.close();
  });

  test('on the page, with the policy off and on', async () => {
    for (const server of [loose, strict]) {
      const harness = await openHarness(browser, server);
      await harness.open(
        asAnswers(scriptPayloads).map((event) => ({ type: 'event', event })),
        { running: true },
      );
      const texts: AgentEvent[] = scriptPayloads.flatMap((text, i): AgentEvent[] => [
        { type: 'reasoning_delta', text },
        { type: 'tool_call_start', call: `c${i}`, tool: 'run_command', title: text, path: text },
        { type: 'tool_call_output', call: `c${i}`, text },
        { type: 'notice', level: 'error', text },
      ]);
      await harness.tellEvents(...texts);
      await pokeEverything(harness.page);
      expect(await readRan(harness.page)).toBeUndefined();
      expect(harness.page.url()).toContain(server.url);
      expect(await harness.readFaults()).toEqual([]);
      await harness.close();
    }
  });
});

describe('links', () => {
  async function show(harness: Harness, markdown: string): Promise<void> {
    await harness.open([{ type: 'event', event: { type: 'text_delta', text: markdown } }]);
  }

  async function clickLinks(harness: Harness): Promise<void> {
    await harness.page.evaluate(() => {
      for (const link of document.querySelectorAll<HTMLElement>('.answer a, .answer code')) link.click();
    });
  }

  test('WEB-04: commands, editor addresses and files outside the workspace are inert', async () => {
    const harness = await openHarness(browser, strict);
    const addresses = [
      'command:workbench.action.terminal.new',
      'vscode:extension/evil.evil',
      'vscode-insiders://x/y',
      'file:///etc/passwd',
      'FILE:/etc/passwd',
      '/etc/passwd',
      '../../../etc/passwd',
      'mailto:a@example.org',
    ];
    await show(
      harness,
      addresses.flatMap((address) => [`[a](${address})`, `<${address}>`, `\`${address}\``]).join('\n\n'),
    );
    await clickLinks(harness);
    const opened = (await harness.readPosts()).filter((post) => post.type === 'open_url' || post.type === 'open_file');
    expect(opened).toEqual([]);
    expect(await harness.page.locator('.answer a[href]').count()).toBe(0);
    await show(harness, '[here](src/a.ts#L3) and `src/b.ts:4` and [web](https://example.org/x)');
    await clickLinks(harness);
    expect((await harness.readPosts()).filter((post) => post.type.startsWith('open_'))).toEqual([
      { type: 'open_file', path: 'src/a.ts', line: 3 },
      { type: 'open_file', path: 'src/b.ts', line: 4 },
      { type: 'open_url', url: 'https://example.org/x' },
    ]);
    await harness.close();
  });

  test('WEB-05: the true host stands beside words that name another, long addresses and reordered text are told', async () => {
    const harness = await openHarness(browser, strict);
    await show(
      harness,
      [
        '[https://bank.example/login](https://evil.example/login)',
        `[look](https://evil.example/?q=${'a'.repeat(2000)})`,
        '[\u202emoc.elpmaxe](https://evil.example/)',
        '[https://same.example/a](https://same.example/a)',
      ].join('\n\n'),
    );
    const texts = await harness.page.locator('.answer a').allTextContents();
    expect(texts[0]).toBe('https://bank.example/login (evil.example)');
    expect(texts[1]).toContain('evil.example, carries 2 kB of data in its address');
    expect(texts[2]).toContain('⟨U+202E⟩');
    expect(texts[3]).toBe('https://same.example/a');
    await harness.close();
  });
});

describe('WEB-07: what is huge or deep is shown plainly', () => {
  /** Far above what any machine needs, far below what a quadratic parser takes for these. */
  const boundSeconds = 3;

  /** What the page's own thread worked, however long it had to wait for a core. */
  async function watchWork(page: Page): Promise<() => Promise<number>> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const read = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')!.value;
    };
    const before = await read();
    return async () => (await read()) - before;
  }

  const bombs: Record<string, string> = {
    'a line of 1 MB': 'a'.repeat(1_000_000),
    'a fenced line of 1 MB': `\`\`\`ts\n${'a'.repeat(1_000_000)}\n\`\`\``,
    'a list 10,000 deep in one line': '- '.repeat(10_000),
    'a list 2,000 deep': Array.from({ length: 2000 }, (_, i) => `${'  '.repeat(i)}- a`).join('\n'),
    'quotes 10,000 deep': '>'.repeat(10_000),
    'a paragraph of 200,000 lines': 'a_b*c '.repeat(1000).concat('x\n'.repeat(200_000)),
    'a long word for the highlighter': `\`\`\`java\n${'a'.repeat(7_900)}\n\`\`\``,
    'open brackets': '['.repeat(100_000),
    'half an address': `${'a.'.repeat(50_000)}@`,
    'tags 5,000 deep': '<b>'.repeat(5_000),
  };

  test.each(Object.entries(bombs))('%s', async (_name, text) => {
    const harness = await openHarness(browser, strict);
    await harness.open([], { running: true });
    const readWork = await watchWork(harness.page);
    await harness.tellEvents({ type: 'text_delta', text });
    await harness.page.locator('.answer .block').first().waitFor();
    const seconds = await readWork();
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(boundSeconds);
    expect(await harness.readFaults()).toEqual([]);
    await harness.close();
  });
});
