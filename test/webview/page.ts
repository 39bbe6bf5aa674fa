import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { randomBytes } from 'node:crypto';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { AgentEvent } from '../../src/protocol/events.js';
import type { SidebarState, ToHost, ToPage, TranscriptEntry } from '../../src/protocol/sidebar.js';
import { readyState } from './readyState.js';
import { readBodyClass, renderThemeCss, type ThemeName } from './themes.js';

/** A file below the page's address: its bytes and type. */
export interface Asset {
  body: string | Uint8Array;
  type: string;
}

const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' };

const codicons = 'node_modules/@vscode/codicons/dist';

/** Bundles the page and takes the style sheets as they are, as the product's build does, in memory. */
export async function bundlePage(): Promise<Map<string, Asset>> {
  const result = await build({
    entryPoints: {
      chat: 'src/webview/main.tsx',
      packMap: 'src/webview/packMap/main.tsx',
      usage: 'src/webview/usage/main.tsx',
      probe: 'test/webview/sanitizeProbe.ts',
    },
    outdir: 'dist/webview',
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  const bundles = new Map(
    result.outputFiles.map((file): [string, Asset] => {
      const name = file.path.replace(/^.*[\\/]/, '');
      return [name, { body: file.contents, type: types[name.replace(/^.*\./, '')] ?? 'application/octet-stream' }];
    }),
  );
  const copied = [
    'media/base.css',
    'media/chat.css',
    'media/packMap.css',
    'media/usage.css',
    `${codicons}/codicon.css`,
    `${codicons}/codicon.ttf`,
  ];
  for (const path of copied) {
    const name = basename(path);
    bundles.set(name, { body: await readFile(path), type: types[name.replace(/^.*\./, '')] ?? '' });
  }
  return bundles;
}

export interface PageServer {
  url: string;
  close: () => Promise<void>;
}

export interface ServeOptions {
  script?: 'chat.js' | 'packMap.js' | 'usage.js' | 'probe.js';
  /** Off: the page stands by its own sanitiser alone, so that the policy cannot hide what that lets through. */
  policy?: boolean;
}

/** Serves the page under the policy that the extension sets; every load has a nonce of its own. */
export async function servePage(assets: Map<string, Asset>, options: ServeOptions = {}): Promise<PageServer> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(renderHtml(`http://${request.headers.host ?? ''}`, readTheme(url), options));
      return;
    }
    if (url.pathname === '/theme.css') {
      response.setHeader('content-type', 'text/css');
      response.end(renderThemeCss(readTheme(url)));
      return;
    }
    const asset = assets.get(url.pathname.slice(1));
    if (!asset) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader('content-type', asset.type);
    response.end(asset.body);
  });
  return listen(server);
}

function readTheme(url: URL): ThemeName {
  const theme = url.searchParams.get('theme');
  return theme === 'light' || theme === 'contrast' ? theme : 'dark';
}

export async function listen(server: Server): Promise<PageServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function renderHtml(origin: string, theme: ThemeName, { script = 'chat.js', policy = true }: ServeOptions): string {
  const nonce = randomBytes(16).toString('hex');
  const rules = [
    "default-src 'none'",
    `img-src ${origin} data:`,
    `font-src ${origin}`,
    `style-src ${origin}`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
${policy ? `<meta http-equiv="Content-Security-Policy" content="${rules}">` : ''}
<link rel="stylesheet" href="${origin}/theme.css?theme=${theme}">
<link rel="stylesheet" href="${origin}/codicon.css">
<link rel="stylesheet" href="${origin}/base.css">
<link rel="stylesheet" href="${origin}/${script === 'probe.js' ? 'chat' : script.replace('.js', '')}.css">
</head><body class="${readBodyClass(theme)}"><div id="root"></div>
<script nonce="${nonce}" src="${origin}/${script}"></script></body></html>`;
}

/** What the extension would do for a page, in the test's hands. */
export interface PageHarness<Post extends { type: string }, Told> {
  page: Page;
  /** Everything the page has posted so far. */
  readPosts: () => Promise<Post[]>;
  waitForPost: <T extends Post['type']>(type: T) => Promise<Extract<Post, { type: T }>>;
  tell: (message: Told) => Promise<void>;
  /** Violations of the policy and uncaught errors: a test that ends with any has failed. */
  readFaults: () => Promise<string[]>;
  close: () => Promise<void>;
  /** Closes nothing: the next test gets this tab, which loads its page anew. */
  release: () => void;
}

export interface Harness extends PageHarness<ToHost, ToPage> {
  tellEvents: (...events: AgentEvent[]) => Promise<void>;
  open: (transcript?: TranscriptEntry[], state?: Partial<SidebarState>, draft?: string) => Promise<void>;
}

export interface HarnessOptions {
  theme?: ThemeName;
  width?: number;
  height?: number;
  /** Device pixels a CSS pixel. */
  ratio?: number;
}

interface Recorded {
  posts: { type: string }[];
  faults: string[];
}

declare global {
  interface Window {
    recorded: Recorded;
  }
}

/** The chat's page. */
export async function openHarness(
  browser: Browser,
  server: PageServer,
  options: HarnessOptions = {},
): Promise<Harness> {
  const harness = await openPage<ToHost, ToPage>(browser, server, options);
  const { tell } = harness;
  return {
    ...harness,
    tellEvents: (...events) => tell({ type: 'events', events }),
    open: (transcript = [], state = {}, draft = '') =>
      tell({ type: 'open', state: { ...readyState, ...state }, transcript, draft }),
  };
}

export async function openPage<Post extends { type: string }, Told>(
  browser: Browser,
  server: PageServer,
  options: HarnessOptions = {},
): Promise<PageHarness<Post, Told>> {
  const { theme = 'dark', width = 380, height = 800, ratio = 1 } = options;
  const tabs = releasedTabs(browser, ratio);
  const page = tabs.pop() ?? (await openTab(browser, ratio));
  await page.setViewportSize({ width, height });
  // An address of its own: the browser scrolls a page that it knows to where it was.
  await page.goto(`${server.url}/?theme=${theme}&load=${++loads}`);
  const readPosts = async (): Promise<Post[]> =>
    (await page.evaluate(() => window.recorded.posts)) as unknown as Post[];
  return {
    page,
    readPosts,
    waitForPost: async (type) => {
      await page.waitForFunction((wanted) => window.recorded.posts.some((post) => post.type === wanted), type);
      const found = (await readPosts()).findLast((post) => post.type === type);
      return found as Extract<Post, { type: typeof type }>;
    },
    tell: (message) =>
      page.evaluate(async (data) => {
        window.postMessage(data, '*');
        // Two frames: the first takes the message in, the second has drawn it.
        await new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 0));
      }, message as unknown),
    readFaults: () => page.evaluate(() => window.recorded.faults),
    close: () => page.context().close(),
    release: () => void tabs.push(page),
  };
}

let loads = 0;
const released = new WeakMap<Browser, Map<number, Page[]>>();

/** Only another number of device pixels wants another tab. */
function releasedTabs(browser: Browser, ratio: number): Page[] {
  const ofBrowser = released.get(browser) ?? new Map<number, Page[]>();
  released.set(browser, ofBrowser);
  const tabs = ofBrowser.get(ratio) ?? [];
  ofBrowser.set(ratio, tabs);
  return tabs;
}

async function openTab(browser: Browser, ratio: number): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', deviceScaleFactor: ratio });
  const page = await context.newPage();
  page.on('pageerror', (error) => void page.evaluate((text) => window.recorded.faults.push(text), String(error)));
  await page.addInitScript(installRecorder);
  return page;
}

function installRecorder(): void {
  window.recorded = { posts: [], faults: [] };
  document.addEventListener('securitypolicyviolation', (event) => {
    window.recorded.faults.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
  const api = { postMessage: (message: { type: string }) => void window.recorded.posts.push(message) };
  Object.assign(window, { acquireVsCodeApi: () => api });
}
