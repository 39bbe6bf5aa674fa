/** A command that waits for input: the card says so, and what is typed goes to it and nowhere else. */
import { expect } from 'vitest';
import type { InputWait } from '../../src/protocol/inputWait.js';
import type { AgentEvent } from '../../src/protocol/events.js';
import { preparePages } from './onPage.js';
import { openHarness, type Harness } from './page.js';
import { readyState } from './readyState.js';

const onPage = preparePages(openHarness);

const question = 'package name: (pod)';
const wait: InputWait = { id: 'w1', command: 'c-0123abcd', question, sure: true, secret: false };
const started: AgentEvent = { type: 'tool_call_start', call: 'c1', tool: 'run_command', title: 'Run npm init' };
const output: AgentEvent = { type: 'tool_call_output', call: 'c1', text: 'package name: (pod) ' };
const waits = (change: Partial<InputWait> = {}): AgentEvent => ({
  type: 'input_wait',
  call: 'c1',
  wait: { ...wait, ...change },
});
const over: AgentEvent = { type: 'input_wait', call: 'c1' };

const panel = ({ page }: Harness) => page.locator('.input-wait');
const box = (harness: Harness) => harness.page.getByLabel('Input for the command');
const button = ({ page }: Harness, name: string) => page.getByRole('button', { name, exact: true });
const typed = async (harness: Harness) =>
  (await harness.readPosts()).filter(({ type }) => type === 'answer_command' || type === 'end_input');

onPage(
  'Enter sends what was typed, once; the next question has the focus, and nothing of it stays',
  async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents(started, output, waits());
    expect(await panel(harness).textContent()).toContain('Waits for inputpackage name: (pod)');
    await harness.page.getByText('The command waits for input: package name: (pod)').waitFor();
    await box(harness).fill('whale');
    // A second press may come before the box is off.
    await box(harness).evaluate((element) => {
      for (let press = 0; press < 2; press++) element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    });
    expect(await typed(harness)).toEqual([{ type: 'answer_command', wait: 'w1', text: 'whale' }]);
    await harness.tellEvents(over);
    expect(await panel(harness).count()).toBe(0);
    await harness.tellEvents(waits({ id: 'w2', question: 'version: (1.0.0)' }));
    await harness.page.waitForFunction(() => document.activeElement?.matches('.input-line input') === true);
    expect(await box(harness).inputValue()).toBe('');
    await box(harness).press('Enter');
    expect((await typed(harness)).at(-1)).toEqual({ type: 'answer_command', wait: 'w2', text: '' });
    expect((await harness.readPosts()).some(({ type }) => type === 'send' || type === 'draft')).toBe(false);
  },
);

onPage('Enter that chooses a word of an input method sends nothing', async (harness) => {
  await harness.open([], { running: true });
  await harness.tellEvents(started, waits());
  await box(harness).fill('にほん');
  await box(harness).evaluate((element) => {
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true }));
  });
  expect(await typed(harness)).toEqual([]);
});

onPage('what only looks like a wait is called so; its terminal, its end of input and its stop', async (harness) => {
  await harness.open([], { running: true });
  await harness.tellEvents(started, output, waits({ sure: false }));
  expect(await panel(harness).textContent()).toContain('May be waiting for input');
  await button(harness, 'Open Terminal').click();
  expect(await harness.waitForPost('show_command')).toEqual({ type: 'show_command', id: wait.command });
  await button(harness, 'End Input').click();
  expect(await harness.waitForPost('end_input')).toEqual({ type: 'end_input', wait: 'w1' });
  await button(harness, 'Stop Command').click();
  expect(await harness.waitForPost('stop_command')).toEqual({ type: 'stop_command', id: wait.command });
});

onPage('a password is not to be seen, and what is invisible in a question is spelled out', async (harness) => {
  await harness.open([], { running: true });
  await harness.tellEvents(started, waits({ question: 'Passphrase for key \u202e"id": ', secret: true }));
  expect(await box(harness).getAttribute('type')).toBe('password');
  expect(await panel(harness).textContent()).not.toContain('\u202e');
  await box(harness).fill('orca-and-krill');
  await box(harness).press('Enter');
  await harness.tellEvents(over);
  // The page has no other handle of the editor than this one, so nothing is kept there either.
  const posts = await harness.readPosts();
  expect(posts.filter((post) => JSON.stringify(post).includes('krill'))).toEqual([
    { type: 'answer_command', wait: 'w1', text: 'orca-and-krill' },
  ]);
  const kept = await harness.page.evaluate(() => [
    document.documentElement.outerHTML,
    ...[...document.querySelectorAll('input, textarea')].map((one) => (one as HTMLInputElement).value),
    JSON.stringify([{ ...window.history.state }, location.href]),
  ]);
  expect(kept.join('\n')).not.toContain('krill');
});

onPage('the focus of somebody who writes a message is not taken', async (harness) => {
  await harness.open([], { running: true });
  const message = harness.page.getByRole('textbox', { name: 'Message' });
  await message.fill('And th');
  await harness.tellEvents(started, output, waits());
  await message.pressSequentially('en');
  expect(await message.inputValue()).toBe('And then');
  await harness.page.getByLabel('Input for the command').waitFor();
});

onPage('it is gone with the command, with the turn, and after a reload that finds it ended', async (harness) => {
  const end: AgentEvent = { type: 'tool_call_end', call: 'c1', status: 'done', summary: 'exit code 0' };
  await harness.open([], { running: true });
  await harness.tellEvents(started, output, waits(), end);
  expect(await panel(harness).count()).toBe(0);
  await harness.tellEvents({ ...started, call: 'c2' }, { ...(waits() as object), call: 'c2' } as AgentEvent);
  expect(await panel(harness).count()).toBe(1);
  await harness.tell({ type: 'state', state: { ...readyState, running: false } });
  expect(await panel(harness).count()).toBe(0);
  const transcript = [started, output, waits()].map((event) => ({ type: 'event', event }) as const);
  await harness.open(transcript, { running: true });
  expect(await panel(harness).count()).toBe(1);
  await harness.open(transcript, { running: false });
  expect(await panel(harness).count()).toBe(0);
});

for (const theme of ['dark', 'light', 'contrast'] as const) {
  onPage(
    `stays inside of a narrow page, in the card and in the list of the background (${theme})`,
    async (harness) => {
      const question = `${'long'.repeat(40)}? [Y/n]`;
      const server = {
        id: 'c-0123abce',
        command: 'npm run dev',
        ports: [3000],
        waits: { ...wait, id: 'w2', question },
      };
      await harness.open([], { running: true, commands: [server] });
      await harness.tellEvents(started, output, waits({ question }));
      expect(await panel(harness).count()).toBe(2);
      for (const send of await harness.page.getByRole('button', { name: 'Send', exact: true }).all()) {
        const place = await send.boundingBox();
        if (place !== null) expect(place.x + place.width).toBeLessThanOrEqual(240);
      }
      expect(await harness.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(240);
      await harness.page
        .getByRole('list', { name: 'Running in the background' })
        .getByLabel('Input for the command')
        .fill('y');
    },
    { theme, width: 240 },
  );
}
