/** What a user does in the workbench, as functions on its page. */
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { openFreshPage } from './browser.js';
import type { VscodeServer } from './server.js';

const EXTENSION_ID = 'baleen.baleen';
const QUICK_INPUT = '.quick-input-widget:visible';

export interface WorkbenchOptions {
  browser: Browser;
  server: VscodeServer;
  folder: string;
  /** Gets the page before it loads anything. */
  onPage?: (page: Page) => void;
}

/** Opens the folder in a fresh page and waits until the explorer and, if it is installed, Baleen's icon are there. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Page> {
  const page = await openFreshPage(options.browser);
  options.onPage?.(page);
  await page.goto(options.server.pageAddress(options.folder));
  await waitForWorkbench(page, options.server.hasExtension);
  return page;
}

/** Reloads the window, as "Developer: Reload Window" does. The view that was shown comes back, not the explorer. */
export async function reloadWorkbench(page: Page, hasExtension = true): Promise<void> {
  await page.reload();
  await page.locator('.monaco-workbench .part.activitybar').waitFor();
  if (hasExtension) await activityIcon(page, 'Baleen').waitFor();
}

/** Before an extension's icon is shown the palette does not list its commands. */
export async function waitForWorkbench(page: Page, hasExtension = true): Promise<void> {
  await page.locator('.monaco-workbench .part.activitybar').waitFor();
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  if (hasExtension) await activityIcon(page, 'Baleen').waitFor();
}

/** The icon whose label begins with this text. */
export function activityIcon(page: Page, label: string): Locator {
  return page.locator(`.activitybar .action-item a[aria-label^="${label}"]`).first();
}

/**
 * Runs the command whose title in the palette contains exactly this text. What takes the focus meanwhile, a terminal that
 * opens for instance, closes the palette: then it is opened again.
 */
export async function runPaletteCommand(page: Page, title: string): Promise<void> {
  const input = page.locator(`${QUICK_INPUT} input.input, ${QUICK_INPUT} .quick-input-box input`).first();
  for (let tries = 1; ; tries++) {
    await page.keyboard.press('F1');
    try {
      await input.fill(`>${title}`, { timeout: 15_000 });
      await chosenRow(page, title).waitFor({ timeout: 15_000 });
      break;
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
  await page.keyboard.press('Enter');
}

/** Fills the open input box and accepts it. */
export async function answerInputBox(page: Page, text: string): Promise<void> {
  const input = page.locator(`${QUICK_INPUT} .quick-input-box input, ${QUICK_INPUT} input.input`).first();
  await input.waitFor();
  await input.fill(text);
  await input.press('Enter');
}

export async function choosePick(page: Page, label: string): Promise<void> {
  await quickPickRow(page, label).click();
}

/** The row that Enter takes. A row that is only listed may be one of what was listed before. */
function chosenRow(page: Page, label: string): Locator {
  return page.locator(`${QUICK_INPUT} .quick-input-list .monaco-list-row.focused`).filter({ hasText: label }).first();
}

function quickPickRow(page: Page, label: string): Locator {
  return page.locator(`${QUICK_INPUT} .quick-input-list .monaco-list-row`).filter({ hasText: label }).first();
}

/** Opens a file by its path in the folder, through "Go to File". */
export async function openFile(page: Page, path: string): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  await page.keyboard.press('Control+P');
  const input = page.locator(`${QUICK_INPUT} .quick-input-box input, ${QUICK_INPUT} input.input`).first();
  await input.waitFor();
  await input.fill(path);
  await chosenRow(page, name).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.tabs-container .tab.active', { hasText: name }).first().waitFor();
  await page.locator('.editor-instance .monaco-editor .view-line').first().waitFor();
}

export function tab(page: Page, name: string): Locator {
  return page.locator('.tabs-container .tab', { hasText: name }).first();
}

/** Saves the active editor and waits until its tab no longer shows unsaved changes. */
export async function saveFile(page: Page): Promise<void> {
  await page.keyboard.press('Control+S');
  await page.locator('.tabs-container .tab.active:not(.dirty)').first().waitFor();
}

/** Puts the cursor into the active editor. */
export async function focusEditor(page: Page): Promise<void> {
  await page.locator('.editor-group-container.active .monaco-editor .view-lines').first().click();
}

/**
 * Shows Baleen's side bar view and gives the document of its page. A click on the icon of a view that is shown hides it,
 * and a reloaded window says late that it shows one: so it is looked at again until the page is there.
 */
export async function openSidebar(page: Page): Promise<FrameLocator> {
  const icon = activityIcon(page, 'Baleen');
  const view = page.locator(webviewSelector('view'));
  for (let tries = 0; tries < 5; tries++) {
    // A click on the icon closes what the window was just opening by itself; the command never does.
    if (tries > 0) await runPaletteCommand(page, 'Baleen: Open Chat');
    else if ((await icon.getAttribute('aria-expanded')) !== 'true') await icon.click();
    const isThere = await view.waitFor({ timeout: 12_000 }).then(
      () => true,
      () => false,
    );
    if (isThere) return sidebarFrame(page);
  }
  await view.waitFor();
  return sidebarFrame(page);
}

/** The document of Baleen's side bar page, if the view is shown. */
export function sidebarFrame(page: Page): FrameLocator {
  return page.frameLocator(webviewSelector('view')).frameLocator('iframe#active-frame');
}

/** The document of Baleen's page that stands in an editor's place, if one is shown. */
export function editorFrame(page: Page): FrameLocator {
  return page.frameLocator(webviewSelector('editor')).frameLocator('iframe#active-frame');
}

/** An editor flows to its webview. What the address says of a webview's purpose is lost in some reloaded windows. */
function webviewSelector(place: 'view' | 'editor'): string {
  const isOurs = `contains(@class, "ready") and contains(@src, "extensionId=${EXTENSION_ID}")`;
  const isInEditor = '@name = //*/@aria-flowto';
  return `xpath=//iframe[${isOurs} and ${place === 'editor' ? isInEditor : `not(${isInEditor})`}]`;
}

export function notification(page: Page, text: string): Locator {
  return page.locator('.notification-toast', { hasText: text }).first();
}

/** Rows of the Problems panel, after opening it. */
export async function listProblems(page: Page): Promise<Locator> {
  await runPaletteCommand(page, 'Problems: Focus on Problems View');
  return page.locator('.markers-panel .monaco-list-row');
}

/** The rendered text of the terminal that is shown. */
export function terminalText(page: Page): Locator {
  return page.locator('.terminal-wrapper .xterm-rows').first();
}

/** Lines on the right side of an open diff editor. */
export function modifiedLines(page: Page): Locator {
  return page.locator('.monaco-diff-editor .modified .view-line');
}

/** Lines of an open multi-diff editor. */
export function multiDiffLines(page: Page): Locator {
  return page.locator('.monaco-component.multiDiffEditor .view-line');
}

export function squiggles(page: Page, severity: 'error' | 'warning' | 'info' | 'hint'): Locator {
  return page.locator(`.editor-instance .squiggly-${severity}`);
}
