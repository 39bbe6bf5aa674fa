import { describe, expect } from 'vitest';
import type { FromMapPage, PackMapPack, ToMapPage } from '../../src/protocol/packMap.js';
import { buildModel } from '../../src/webview/packMap/model.js';
import { areasOf, standingOf } from '../../src/webview/packMap/standing.js';
import { layOut, type Tile } from '../../src/webview/packMap/tiles.js';
import { preparePages } from './onPage.js';
import { openPage, type PageHarness } from './page.js';
import { listMediaPayloads, scriptPayloads } from './payloads.js';
import { makeFiles, packMessage, packOf, planMessage, sampleFacts, smallFiles, smallWithheld } from './sampleMap.js';

type MapHarness = PageHarness<FromMapPage, ToMapPage>;

const onPage = preparePages(
  (browser, server, options): Promise<MapHarness> => openPage(browser, server, { width: 1280, ...options }),
  { script: 'packMap.js' },
);

const small = packOf(smallFiles, smallWithheld);
const treemap = ({ page }: MapHarness) => page.getByRole('application');
const grid = ({ page }: MapHarness) => page.getByRole('grid');
const rows = (harness: MapHarness) => grid(harness).locator('.grid-body [role=row]');
const names = (harness: MapHarness) => rows(harness).locator('.path-name').allTextContents();
const sum = ({ page }: MapHarness) => page.locator('.table-sum').textContent();
const button = ({ page }: MapHarness, name: string) => page.getByRole('button', { name });
const leftOut = ({ page }: MapHarness) => page.getByRole('checkbox', { name: 'Show what is left out' });
const about = ({ page }: MapHarness) => page.locator('#map-about').textContent();

/** Where the page draws the tile of a path: the same layout in the same box. */
async function tileOf(harness: MapHarness, pack: PackMapPack, path: string, showLeftOut = false): Promise<Tile> {
  const box = await treemap(harness).evaluate(({ clientWidth, clientHeight }) => ({ clientWidth, clientHeight }));
  const model = buildModel(pack);
  const areas = areasOf(model, standingOf(model, undefined), showLeftOut);
  const tile = layOut(model.root, areas, box.clientWidth, box.clientHeight).of.get(path);
  if (tile === undefined) throw new Error(`${path} has no tile`);
  return tile;
}

/** A point of the tile that no label covers. */
async function pointIn(harness: MapHarness, tile: Tile): Promise<{ x: number; y: number }> {
  const box = await treemap(harness).boundingBox();
  return { x: (box?.x ?? 0) + (tile.x0 + tile.x1) / 2, y: (box?.y ?? 0) + tile.y1 - 5 };
}

/** The colours between which the pixels around a tile's middle lie, as drawn. */
async function readPixels(harness: MapHarness, tile: Tile): Promise<number[][]> {
  return treemap(harness)
    .locator('canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement, { x0, x1, y1 }) => {
      const ratio = window.devicePixelRatio;
      const [x, y] = [((x0 + x1) / 2 - 5) * ratio, (y1 - 14) * ratio];
      const { data } = canvas.getContext('2d')!.getImageData(x, y, 10 * ratio, 10 * ratio);
      return Array.from({ length: data.length / 4 }, (_, pixel) => [...data.slice(4 * pixel, 4 * pixel + 4)]);
    }, tile);
}

const distinct = (pixels: number[][]): number => new Set(pixels.map(String)).size;

describe('before there is a pack', () => {
  onPage('asks for it, shows how far it is, and can be stopped', async (harness) => {
    expect(await harness.readPosts()).toEqual([{ type: 'ready' }]);
    await harness.page.getByText('Listing the files').waitFor();
    await harness.tell({ type: 'packing', phase: 'read', done: 8200, total: 27_000 });
    const bar = harness.page.getByRole('progressbar', { name: 'Reading and counting the files' });
    expect(await bar.evaluate((element: HTMLProgressElement) => element.position)).toBeCloseTo(8200 / 27_000);
    await harness.page.getByText('8,200 of 27,000').waitFor();
    await button(harness, 'Cancel').click();
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'cancel' });
    await harness.tell({ type: 'failed', sentence: 'Packing was stopped, and nothing was changed.' });
    expect(await harness.page.getByRole('alert').textContent()).toContain('Packing was stopped');
    await button(harness, 'Pack now').click();
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'pack' });
  });

  onPage(
    'says that nothing was read for a tab that a loaded window brought back in the background',
    async (harness) => {
      await harness.tell({ type: 'resting' });
      const status = harness.page.getByRole('status');
      expect(await status.textContent()).toMatch(
        /^Nothing has been read .* The pack is opened when this tab is shown\.$/,
      );
      expect(await harness.page.getByRole('progressbar').count()).toBe(0);
      await harness.tell({ type: 'packing', phase: 'list', done: 0, total: 0 });
      await harness.page.getByText('Listing the files').waitFor();
    },
  );

  onPage('says what is blocked, and offers trust only where trust is missing', async (harness) => {
    await harness.tell({ type: 'blocked', sentence: 'This folder is in Restricted Mode.', untrusted: true });
    expect(await harness.page.getByRole('alert').textContent()).toBe('This folder is in Restricted Mode.');
    await button(harness, 'Manage workspace trust').click();
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'manage_trust' });
    await harness.tell({ type: 'blocked', sentence: 'Open a folder first.', untrusted: false });
    expect(await button(harness, 'Manage workspace trust').count()).toBe(0);
  });

  onPage('an empty folder is an empty map, not an error', async (harness) => {
    await harness.tell(packMessage(packOf([])));
    await harness.page.getByText('No file here has tokens in the pack.').waitFor();
    expect(await sum(harness)).toBe('0 files, 0 tokens + 412 of frame and lists = 412');
  });
});

describe('the totals', () => {
  onPage('of the table add up to the pack with its frame, and the head says the same', async (harness) => {
    await harness.tell(packMessage(small));
    const all = small.files.tokens.reduce((total, tokens) => total + tokens, 0);
    expect(all + small.frameTokens).toBe(small.tokens);
    expect(await sum(harness)).toBe(
      `6 files, ${all.toLocaleString('en')} tokens + 412 of frame and lists = ${small.tokens.toLocaleString('en')}`,
    );
    await harness.page.getByText(`${small.tokens.toLocaleString('en')} exactly`).waitFor();
    const cells = await rows(harness).locator('[role=gridcell]:nth-child(2)').allTextContents();
    expect(cells.reduce((total, cell) => total + Number(cell.replaceAll(',', '')), 0)).toBe(all);
    await leftOut(harness).check();
    expect(await sum(harness)).toBe(
      `11 files, ${all.toLocaleString('en')} tokens + 412 of frame and lists = ${small.tokens.toLocaleString('en')}`,
    );
  });

  onPage('of the legend are the files of each state, and shares of each language', async (harness) => {
    await harness.tell(packMessage(small));
    const legend = harness.page.locator('.legend-entry');
    expect(await legend.allTextContents()).toEqual(['Full5', 'Outline1', 'Listed1', 'Withheld4']);
    await harness.page.getByText('Language', { exact: true }).first().click();
    expect(await legend.allTextContents()).toEqual(['TypeScript89 %', 'CSS6 %', 'Markdown5 %']);
    await legend.filter({ hasText: 'CSS' }).click();
    expect(await names(harness)).toEqual(['style.css']);
  });
});

describe('the map', () => {
  onPage('draws each file in the colour of its state, with a pattern where there is no whole text', async (harness) => {
    await harness.tell(packMessage(small));
    await leftOut(harness).check();
    const pixelsOf = async (path: string) => readPixels(harness, await tileOf(harness, small, path, true));
    const full = await pixelsOf('src/core/engine.ts');
    expect(distinct(full)).toBe(1);
    const [red = 0, , blue = 0] = full[0] ?? [];
    expect(blue - red).toBeGreaterThan(60);
    for (const [path, isRight] of [
      ['src/ui/page.tsx', ([r = 0, g = 0, b = 0]: number[]) => g > r && g > b],
      ['data/table.sql', ([r = 0, g = 0, b = 0]: number[]) => r > b + 40 && g > b + 40],
      ['package-lock.json', ([r = 0, g = 0, b = 0]: number[]) => Math.max(r, g, b) - Math.min(r, g, b) < 24],
    ] as const) {
      const pixels = await pixelsOf(path);
      expect(distinct(pixels), path).toBeGreaterThan(1);
      expect(pixels.every(isRight), `${path}: ${JSON.stringify(pixels[0])}`).toBe(true);
    }
  });

  for (const theme of ['dark', 'light', 'contrast'] as const) {
    onPage(
      `stands out from the background in the ${theme} theme, and full from listed without colour`,
      async (harness) => {
        await harness.tell(packMessage(small));
        await leftOut(harness).check();
        const full = await readPixels(harness, await tileOf(harness, small, 'src/core/engine.ts', true));
        const listed = await readPixels(harness, await tileOf(harness, small, 'data/table.sql', true));
        expect(full.every(([, , , alpha = 0]) => alpha > 40)).toBe(true);
        expect(distinct(full)).toBe(1);
        expect(distinct(listed)).toBeGreaterThan(1);
      },
      { theme, ratio: 2 },
    );
  }

  onPage('gives each file an area by its tokens', async (harness) => {
    await harness.tell(packMessage(small));
    const area = ({ x0, x1, y0, y1 }: Tile): number => (x1 - x0) * (y1 - y0);
    const engine = area(await tileOf(harness, small, 'src/core/engine.ts'));
    const parse = area(await tileOf(harness, small, 'src/core/parse.ts'));
    expect(engine / parse).toBeCloseTo(9000 / 6000, 5);
  });

  onPage('opens a file by a click, zooms into a folder, and back by the breadcrumb', async (harness) => {
    await harness.tell(packMessage(small));
    const { page } = harness;
    const at = await pointIn(harness, await tileOf(harness, small, 'src/core/engine.ts'));
    await page.mouse.move(at.x, at.y);
    expect(await page.locator('.tooltip').innerText()).toBe(
      'src/core/engine.ts\n9,000 tokens · 36 % of the pack\nFull',
    );
    await page.mouse.click(at.x, at.y);
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'open_file', path: 'src/core/engine.ts' });

    const box = await treemap(harness).boundingBox();
    const folder = await tileOf(harness, small, 'src/core');
    await page.mouse.click((box?.x ?? 0) + folder.x0 + 30, (box?.y ?? 0) + folder.y0 + 8);
    expect(await page.getByRole('navigation').locator('li').allTextContents()).toEqual(['All files', 'src', 'core']);
    expect(await names(harness)).toEqual(['engine.ts', 'parse.ts']);
    await button(harness, 'All files').click();
    expect(await rows(harness).count()).toBe(6);
  });

  onPage('is driven by the keyboard alone, and says where it is', async (harness) => {
    await harness.tell(packMessage(small));
    const { keyboard } = harness.page;
    expect(await about(harness)).toContain('All files, 24,700 tokens');
    await treemap(harness).focus();
    await keyboard.press('Home');
    expect(await about(harness)).toBe('src, 19,500 tokens · 78 % of the pack, 4 files, 1 left out');
    await keyboard.press(' ');
    expect(await about(harness)).toContain('src/core, 15,000 tokens');
    await keyboard.press(' ');
    const first = await about(harness);
    expect(first).toContain('src/core/engine.ts');
    for (const key of ['ArrowRight', 'ArrowDown']) await keyboard.press(key);
    expect(await about(harness)).toContain('src/core/parse.ts, 6,000 tokens');
    await keyboard.press('Enter');
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'open_file', path: 'src/core/parse.ts' });
    await keyboard.press('Escape');
    expect(await about(harness)).toContain('src/core, ');
    await keyboard.press('Enter');
    expect(await treemap(harness).getAttribute('aria-label')).toContain('Map of src/core');
    await keyboard.press('Backspace');
    expect(await treemap(harness).getAttribute('aria-label')).toContain('Map of src,');
    await keyboard.press('Backspace');
    expect(await treemap(harness).getAttribute('aria-label')).toContain('Map of the folder');
  });

  onPage('is drawn again after a change of the theme and of the size', async (harness) => {
    await harness.tell(packMessage(small));
    const read = async () => readPixels(harness, await tileOf(harness, small, 'src/core/engine.ts'));
    const before = (await read())[0];
    await harness.page.evaluate(() => {
      document.documentElement.style.setProperty('--vscode-charts-blue', '#00ff00');
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    });
    const [red = 0, green = 0] = (await read())[0] ?? [];
    expect([red, green]).not.toEqual(before?.slice(0, 2));
    expect(green).toBeGreaterThan(red + 60);
    await harness.page.setViewportSize({ width: 900, height: 600 });
    await expect.poll(async () => (await read())[0]?.slice(0, 2)).toEqual([red, green]);
  });
});

describe('the table', () => {
  onPage('sorts by each column, either way, and says how', async (harness) => {
    await harness.tell(packMessage(small));
    await leftOut(harness).check();
    const header = (name: string) => grid(harness).getByRole('columnheader', { name });
    const tokenOrder = ['table.sql', 'package-lock.json', 'engine.ts', 'parse.ts', 'api.ts', 'engine.test.ts'];
    expect((await names(harness)).slice(0, 6)).toEqual(tokenOrder);
    expect(await header('Tokens').getAttribute('aria-sort')).toBe('descending');
    await header('Path').getByRole('button').click();
    const byPath = await rows(harness)
      .locator('.path')
      .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).title));
    expect(byPath).toEqual([...byPath].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    await header('Path').getByRole('button').click();
    expect(await header('Path').getAttribute('aria-sort')).toBe('descending');
    expect((await names(harness))[0]).toBe('engine.test.ts');
    await header('Reason').getByRole('button').click();
    await header('Reason').getByRole('button').click();
    expect((await names(harness)).slice(0, 4)).toEqual(['.env', 'package-lock.json', 'api.ts', 'logo.png']);
    await header('State').getByRole('button').click();
    expect(await rows(harness).locator('[role=gridcell]:nth-child(4)').allTextContents()).toEqual([
      ...Array<string>(5).fill('Full'),
      'Outline',
      'Listed',
      ...Array<string>(4).fill('Withheld'),
    ]);
    await header('Language').getByRole('button').click();
    expect((await names(harness))[0]).toBe('style.css');
    expect(await header('State').getAttribute('aria-sort')).toBe('none');
  });

  onPage('shares its selection with the map, opens with Enter, and lists a search', async (harness) => {
    await harness.tell(packMessage(small));
    await grid(harness).focus();
    await harness.page.keyboard.press('ArrowDown');
    const active = await grid(harness).getAttribute('aria-activedescendant');
    expect(
      await harness.page
        .locator(`#${active ?? ''}`)
        .locator('.path-name')
        .textContent(),
    ).toBe('parse.ts');
    expect(await about(harness)).toContain('src/core/parse.ts');
    await harness.page.keyboard.press('Enter');
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'open_file', path: 'src/core/parse.ts' });
    const search = harness.page.getByRole('searchbox', { name: 'Search paths' });
    await search.fill('ENGINE ts');
    expect(await names(harness)).toEqual(['engine.ts', 'engine.test.ts']);
    expect(await harness.page.locator('#search-hits').textContent()).toBe('2 files, 13,000 tokens');
    const other = await readPixels(harness, await tileOf(harness, small, 'src/core/parse.ts'));
    const hit = await readPixels(harness, await tileOf(harness, small, 'src/core/engine.ts'));
    expect(other[0]?.[3]).toBeLessThan((hit[0]?.[3] ?? 0) - 60);
    await search.press('Escape');
    expect(await rows(harness).count()).toBe(6);
  });

  onPage('holds 30,000 files with a few rows in the document, and reaches the last by one key', async (harness) => {
    const pack = packOf(makeFiles(30_000));
    await harness.tell(packMessage(pack));
    expect(await grid(harness).getAttribute('aria-rowcount')).toBe('30001');
    expect(await rows(harness).count()).toBeLessThan(80);
    await grid(harness).focus();
    await harness.page.keyboard.press('End');
    const last = rows(harness).last();
    await expect.poll(() => last.getAttribute('aria-rowindex')).toBe('30001');
    expect(await last.getAttribute('aria-selected')).toBe('true');
    expect(await sum(harness)).toContain(`= ${pack.tokens.toLocaleString('en')}`);
    expect(await rows(harness).count()).toBeLessThan(80);
  });

  onPage(
    'stands below the map at 320 px, and nothing but the table itself scrolls sideways',
    async (harness) => {
      await harness.tell(packMessage(small));
      const map = await treemap(harness).boundingBox();
      const table = await grid(harness).boundingBox();
      expect(table?.y).toBeGreaterThan((map?.y ?? 0) + (map?.height ?? 0));
      expect(await harness.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    },
    { width: 320 },
  );
});

describe('the menu', () => {
  const items = ({ page }: MapHarness) => page.getByRole('menuitem').allTextContents();

  onPage('opens by right click and excludes a file, its folder or its kind', async (harness) => {
    await harness.tell(packMessage(small));
    const at = await pointIn(harness, await tileOf(harness, small, 'src/core/engine.ts'));
    const choices: [string, FromMapPage][] = [
      ['Exclude This File…', { type: 'exclude', scope: 'file', path: 'src/core/engine.ts', back: false }],
      ['Exclude Folder src/core…', { type: 'exclude', scope: 'folder', path: 'src/core', back: false }],
      ['Exclude All *.ts Files…', { type: 'exclude', scope: 'extension', path: 'src/core/engine.ts', back: false }],
      ['Reveal in Explorer', { type: 'reveal_file', path: 'src/core/engine.ts' }],
      ['Copy Path', { type: 'copy_path', path: 'src/core/engine.ts' }],
    ];
    for (const [label, message] of choices) {
      await harness.page.mouse.click(at.x, at.y, { button: 'right' });
      await harness.page.getByRole('menuitem', { name: label }).click();
      expect((await harness.readPosts()).at(-1)).toEqual(message);
      expect(await harness.page.getByRole('menu').count()).toBe(0);
    }
  });

  onPage('opens by the keyboard, moves, closes and gives the focus back', async (harness) => {
    await harness.tell(packMessage(small));
    await leftOut(harness).check();
    await grid(harness).focus();
    await harness.page.keyboard.press('ArrowDown');
    await harness.page.keyboard.press('Shift+F10');
    expect(await items(harness)).toEqual(['Open', 'Reveal in Explorer', 'Copy Path', 'Bring This File Back…']);
    await harness.page.keyboard.press('ArrowUp');
    await harness.page.keyboard.press('Enter');
    expect((await harness.readPosts()).at(-1)).toEqual({
      ...{ type: 'exclude', scope: 'file', path: 'package-lock.json', back: true },
    });
    await harness.page.keyboard.press('Shift+F10');
    await harness.page.keyboard.press('Escape');
    expect(await harness.page.getByRole('menu').count()).toBe(0);
    expect(await grid(harness).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  onPage('does not offer what cannot be: secret files and files without text', async (harness) => {
    await harness.tell(packMessage(small));
    await leftOut(harness).check();
    for (const [name, sentence] of [
      ['.env', 'Secret files stay out of the pack'],
      ['logo.png', 'Cannot be packed: binary'],
    ] as const) {
      await rows(harness).filter({ hasText: name }).click({ button: 'right' });
      expect(await items(harness)).toContain(sentence);
      expect((await items(harness)).join()).not.toContain('Bring This File');
      await harness.page.keyboard.press('Escape');
    }
  });
});

describe('the budget', () => {
  const slider = ({ page }: MapHarness) => page.getByRole('slider', { name: 'Budget' });
  const outcome = ({ page }: MapHarness) => page.locator('.budget-outcome').innerText();
  const plans = async (harness: MapHarness) => (await harness.readPosts()).filter(({ type }) => type === 'plan');
  /** What the extension would plan: the listed file takes the rest of the range. */
  const move = async (harness: MapHarness, presses: number): Promise<void> => {
    await slider(harness).focus();
    for (let press = 0; press < presses; press++) await harness.page.keyboard.press('PageDown');
  };

  onPage('asks one question at a time, and of several the newest', async (harness) => {
    await harness.tell(packMessage(small));
    await move(harness, 4);
    const [first, ...early] = await plans(harness);
    expect(early).toEqual([]);
    expect(first).toMatchObject({ request: 1 });
    await harness.tell(planMessage(small, 1, 50_000, []));
    const [, second, ...rest] = await plans(harness);
    expect(rest).toEqual([]);
    const value = Number(await slider(harness).inputValue());
    expect(second).toEqual({ type: 'plan', request: 2, budget: value });
  });

  onPage('shows what falls out, by folder, with totals and prices, and uses the budget', async (harness) => {
    await harness.tell(packMessage(small));
    await move(harness, 5);
    const { request, budget } = await harness.waitForPost('plan');
    const plan = planMessage(small, request, budget, ['src/core/engine.ts', 'src/core/parse.ts', 'README.md']);
    await harness.tell(plan);
    expect((await outcome(harness)).split('\n')).toEqual([
      '8,912 tokens',
      '<1 % of the window',
      'first send $0.01',
      'each further $0.0002',
      '3 files fall out (16,200 tokens less)',
    ]);
    const list = harness.page.getByRole('list', { name: 'What falls out, by folder' });
    expect(await list.getByRole('listitem').allTextContents()).toEqual([
      'src/core2 files · 15,000',
      'top folder1 file · 1,200',
    ]);
    const engine = await readPixels(harness, await tileOf(harness, small, 'src/core/engine.ts'));
    expect(distinct(engine)).toBeGreaterThan(1);
    expect(await rows(harness).filter({ hasText: 'parse.ts' }).locator('[role=gridcell]').allTextContents()).toEqual([
      ...['parse.tssrc/core', '(6,000)', '–', 'Falls out', 'TypeScript'],
    ]);
    await harness.tell(planMessage(small, 2, budget, ['src/core/engine.ts', 'src/core/parse.ts', 'README.md']));
    await button(harness, 'Use This Budget').click();
    const value = Number(await slider(harness).inputValue());
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'use_budget', budget: value });
  });

  onPage('goes back to everything that fits', async (harness) => {
    const pack = { ...small, budget: 26_000 };
    await harness.tell(packMessage(pack));
    expect(await slider(harness).getAttribute('aria-valuetext')).toBe('26,000 tokens');
    await button(harness, 'Everything That Fits').click();
    expect(await slider(harness).getAttribute('aria-valuetext')).toBe('Everything that fits');
    expect(await plans(harness)).toEqual([{ type: 'plan', request: 1, budget: 849_920 }]);
    await harness.tell(planMessage(pack, 1, 849_920, []));
    await button(harness, 'Use This Budget').click();
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'use_budget', budget: null });
  });

  onPage('says why a budget cannot be, and does not offer it', async (harness) => {
    await harness.tell(packMessage(small));
    await move(harness, 9);
    const { request } = await harness.waitForPost('plan');
    await harness.tell({
      type: 'plan_failed',
      request,
      sentence: 'A budget of 1000 tokens does not even hold the list.',
    });
    const posts = (await plans(harness)).length;
    if (posts > 1) {
      await harness.tell({
        type: 'plan_failed',
        request: posts,
        sentence: 'A budget of 1000 tokens does not even hold the list.',
      });
    }
    expect(await harness.page.getByRole('alert').textContent()).toContain('does not even hold the list');
    await button(harness, 'Use This Budget').click({ force: true });
    expect((await harness.readPosts()).filter(({ type }) => type === 'use_budget')).toEqual([]);
  });
});

describe('what comes from outside', () => {
  onPage('a renewed snapshot takes the place of the old one; zoom, search and selection stay', async (harness) => {
    await harness.tell(packMessage(small));
    await harness.page.getByRole('searchbox').fill('core');
    await harness.tell({
      type: 'facts',
      facts: { ...sampleFacts, changes: 1, logTokens: 20, stale: 'The settings ask for another pack.' },
    });
    await harness.page.getByText('1 change', { exact: true }).waitFor();
    await button(harness, 'Pack now').click();
    expect((await harness.readPosts()).at(-1)).toEqual({ type: 'pack' });
    await harness.tell({ type: 'packing', phase: 'render', done: 0, total: 7 });
    await harness.page.getByText('Fitting the pack to the budget').waitFor();
    expect(await names(harness)).toEqual(['engine.ts', 'parse.ts']);
    const renewed = packOf(
      smallFiles.filter(({ path }) => !path.includes('parse')),
      smallWithheld,
    );
    await harness.tell(packMessage(renewed, { changes: 0 }));
    expect(await names(harness)).toEqual(['engine.ts']);
    expect(await harness.page.getByRole('status').filter({ hasText: 'another pack' }).count()).toBe(0);
  });

  onPage(
    'hostile names are shown as text: no markup runs, nothing is loaded, nothing turns the line around',
    async (harness) => {
      const sink = 'http://localhost:1';
      const payloads = [...scriptPayloads, ...listMediaPayloads(sink)].map(
        (text, index) => `evil/${index}/${text.replaceAll('/', '∕')}`,
      );
      const odd = [
        'a\u202Egpj.exe',
        'line\nbreak.ts',
        '\u0007bell.ts',
        '__proto__/constructor',
        'עברית/ملف.ts',
        'emoji 🐋.md',
        'x'.repeat(400),
      ];
      const pack = packOf([...payloads, ...odd].map((path, index) => ({ path, tokens: 1000 + index })));
      await harness.tell(packMessage(pack));
      expect(await harness.page.evaluate(() => 'ran' in window)).toBe(false);
      await harness.page.getByRole('searchbox').fill('gpj');
      expect(await names(harness)).toEqual(['a⟨U+202E⟩gpj.exe']);
      await harness.page.getByRole('searchbox').fill('onerror');
      for (let index = 0; index < 30; index++) {
        await grid(harness).focus();
        await harness.page.keyboard.press('ArrowDown');
      }
      await harness.page.keyboard.press('Shift+F10');
      await harness.page.keyboard.press('Escape');
      expect(await harness.page.evaluate(() => 'ran' in window)).toBe(false);
      expect(await harness.page.locator('img, svg, iframe, object, script[src*=evil]').count()).toBe(0);
    },
  );
});
