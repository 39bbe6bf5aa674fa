/** The mode `auto` where no sandbox works: in sight, not to be chosen, and with the reason for eye and ear. */
import { expect } from 'vitest';
import type { Locator } from 'playwright-core';
import { preparePages } from './onPage.js';
import { openHarness, type Harness } from './page.js';
import { readyState } from './readyState.js';
import type { ThemeName } from './themes.js';

const onPage = preparePages(openHarness);

const noAuto = 'The sandbox needs bubblewrap, which is not installed.';
const pickerOf = ({ page }: Harness): Locator => page.getByRole('combobox', { name: 'Approval mode' });
const autoOf = (harness: Harness): Locator => pickerOf(harness).locator('option[value=auto]');

const looks: [ThemeName, number][] = [
  ['dark', 380],
  ['light', 380],
  ['contrast', 380],
  ['dark', 170],
  ['contrast', 170],
];

for (const [theme, width] of looks)
  onPage(
    `T5: without a sandbox auto is off and says why (${theme}, ${width} px)`,
    async (harness) => {
      await harness.open([], { noAuto });
      const picker = pickerOf(harness);
      expect(await autoOf(harness).textContent()).toBe('Auto (not available)');
      expect(await autoOf(harness).isDisabled()).toBe(true);
      expect(await autoOf(harness).getAttribute('title')).toBe(noAuto);
      expect(await picker.getAttribute('title')).toContain(`\nAuto is not available. ${noAuto}`);
      // What a screen reader says behind the name.
      const description = await picker.evaluate(
        (select) => document.getElementById(select.getAttribute('aria-describedby')!)!.textContent,
      );
      expect(description).toBe(`Auto is not available. ${noAuto}`);
      const [off, on] = await Promise.all(
        [autoOf(harness), picker.locator('option[value=ask]')].map((one) =>
          one.evaluate((el) => getComputedStyle(el).color),
        ),
      );
      expect(off).not.toBe(on);
      const overflow = await harness.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    },
    { theme, width },
  );

onPage('T5: the keyboard does not get to it, and it comes back as soon as there is a sandbox', async (harness) => {
  await harness.open([], { approve: 'auto-edit', noAuto });
  const picker = pickerOf(harness);
  await picker.focus();
  await harness.page.keyboard.press('ArrowDown');
  await harness.page.keyboard.press('End');
  expect((await harness.readPosts()).filter(({ type }) => type === 'set_approve')).toEqual([]);
  await harness.tell({ type: 'state', state: { ...readyState, approve: 'auto-edit' } });
  await expect.poll(() => autoOf(harness).isDisabled()).toBe(false);
  expect(await autoOf(harness).textContent()).toBe('Auto');
  expect(await picker.getAttribute('aria-describedby')).toBeNull();
  await picker.selectOption('auto');
  expect(await harness.waitForPost('set_approve')).toEqual({ type: 'set_approve', approve: 'auto' });
});

onPage('T5: a setting that says auto already stays in sight, with the reason', async (harness) => {
  await harness.open([], { approve: 'auto', noAuto });
  expect(await pickerOf(harness).inputValue()).toBe('auto');
  expect(await pickerOf(harness).getAttribute('title')).toContain(noAuto);
  await pickerOf(harness).selectOption('ask');
  expect(await harness.waitForPost('set_approve')).toEqual({ type: 'set_approve', approve: 'ask' });
});
