import { describe, expect } from 'vitest';
import type { AgentEvent, ApprovalSubject } from '../../src/protocol/events.js';
import type { ToHost, TranscriptEntry, WaitingSendQuestion } from '../../src/protocol/sidebar.js';
import { preparePages } from './onPage.js';
import { openHarness, type Harness } from './page.js';
import { readyState } from './readyState.js';
import {
  answerText,
  askFor,
  commandApproval,
  compoundApproval,
  editApproval,
  manyEditsApproval,
  manyEditsEnd,
  sampleTranscript,
} from './sampleTranscript.js';

const onPage = preparePages(openHarness);

const sends = (posts: ToHost[]): ToHost[] => posts.filter((post) => post.type === 'send');
const box = (harness: Harness) => harness.page.getByRole('textbox', { name: 'Message' });
const button = (harness: Harness, name: string | RegExp) => harness.page.getByRole('button', { name, exact: true });

describe('the message box', () => {
  onPage('Enter sends once, empties the box and the draft; Shift+Enter is a new line', async (harness) => {
    await harness.open();
    await box(harness).fill('Hello');
    await box(harness).press('Shift+Enter');
    await box(harness).pressSequentially('there');
    await box(harness).press('Enter');
    await box(harness).press('Enter');
    expect(sends(await harness.readPosts())).toEqual([{ type: 'send', text: 'Hello\nthere' }]);
    expect(await box(harness).inputValue()).toBe('');
    expect((await harness.readPosts()).findLast((post) => post.type === 'draft')).toEqual({ type: 'draft', text: '' });
    await harness.page.getByRole('article', { name: 'You' }).getByText('Hello').waitFor();
  });

  onPage('Enter that chooses a word of an input method does not send', async (harness) => {
    await harness.open();
    await box(harness).fill('にほん');
    await box(harness).evaluate((element) => {
      const init = { key: 'Enter', bubbles: true, cancelable: true };
      element.dispatchEvent(new KeyboardEvent('keydown', { ...init, isComposing: true }));
      element.dispatchEvent(new KeyboardEvent('keydown', { ...init, keyCode: 229 }));
    });
    expect(sends(await harness.readPosts())).toEqual([]);
    expect(await box(harness).inputValue()).toBe('にほん');
    await box(harness).press('Enter');
    expect(sends(await harness.readPosts())).toEqual([{ type: 'send', text: 'にほん' }]);
  });

  onPage('a second message is queued while one is answered, and the box is free', async (harness) => {
    await harness.open([], { running: true });
    await box(harness).fill('にほん');
    await box(harness).evaluate((element) => {
      const init = { key: 'Enter', bubbles: true, cancelable: true };
      element.dispatchEvent(new KeyboardEvent('keydown', { ...init, isComposing: true }));
    });
    expect(sends(await harness.readPosts())).toEqual([]);
    await box(harness).fill('And then');
    await box(harness).press('Enter');
    expect(sends(await harness.readPosts())).toEqual([{ type: 'send', text: 'And then' }]);
    expect(await box(harness).inputValue()).toBe('');
    // Nobody has said it in the conversation yet.
    expect(await harness.page.getByRole('article', { name: 'You' }).count()).toBe(0);
    await button(harness, 'Stop').waitFor();
  });

  onPage('what is queued stands under the box: sent now, taken back into the box, removed', async (harness) => {
    const queue = ['And then', 'Lastly', 'Never mind'].map((text, at) => ({ id: `q${at}`, text, steers: false }));
    await harness.open([], { running: true, queue });
    const list = harness.page.getByRole('region', { name: 'Queued messages' });
    expect(await list.locator('.queue-text').allTextContents()).toEqual(['And then', 'Lastly', 'Never mind']);
    await list.getByText('Sent when this turn ends').waitFor();
    const item = (text: string) => list.getByRole('listitem').filter({ hasText: text });
    await item('And then').getByRole('button', { name: 'Send now, into the running turn' }).click();
    await box(harness).fill('a draft');
    await item('Lastly').getByRole('button', { name: 'Edit' }).click();
    expect(await box(harness).inputValue()).toBe('Lastly\n\na draft');
    await item('Never mind').getByRole('button', { name: 'Remove' }).click();
    expect((await harness.readPosts()).filter(({ type }) => type === 'send_queued' || type === 'unqueue')).toEqual([
      { type: 'send_queued', id: 'q0' },
      { type: 'unqueue', id: 'q1' },
      { type: 'unqueue', id: 'q2' },
    ]);
    await harness.tell({
      type: 'state',
      state: { ...readyState, running: true, queue: [{ ...queue[0]!, steers: true }] },
    });
    await list.getByText('goes in with the next step').waitFor();
  });

  onPage('after a stop the queue waits, also over a reload of the page', async (harness) => {
    await harness.open([], { running: false, queue: [{ id: 'q0', text: 'And then', steers: false }] });
    const list = harness.page.getByRole('region', { name: 'Queued messages' });
    await list.getByText(/^Waiting: the last turn/).waitFor();
    expect(sends(await harness.readPosts())).toEqual([]);
    await list.getByRole('button', { name: 'Send now' }).click();
    expect(await harness.waitForPost('send_queued')).toEqual({ type: 'send_queued', id: 'q0' });
  });

  onPage('grows with its text, up to a part of the page', async (harness) => {
    await harness.open();
    const height = async (): Promise<number> => (await box(harness).boundingBox())?.height ?? 0;
    const small = await height();
    await box(harness).fill('a\n'.repeat(8));
    expect(await height()).toBeGreaterThan(small + 60);
    await box(harness).fill('a\n'.repeat(200));
    expect(await height()).toBeLessThanOrEqual(0.4 * 800 + 1);
  });

  onPage('tells the draft after a pause, and takes it back on open', async (harness) => {
    await harness.open([], {}, 'half a sent');
    expect(await box(harness).inputValue()).toBe('half a sent');
    await box(harness).pressSequentially('ence');
    // On a busy machine there is a pause between two keys as well.
    const lastDraft = async () => (await harness.readPosts()).findLast(({ type }) => type === 'draft');
    await expect.poll(lastDraft).toEqual({ type: 'draft', text: 'half a sentence' });
    await harness.open([], {}, 'an older draft');
    expect(await box(harness).inputValue()).toBe('half a sentence');
    await harness.tell({ type: 'prefill', text: 'Explain this' });
    expect(await box(harness).inputValue()).toBe('Explain this');
  });

  onPage('refuses a pasted and a dropped picture in a sentence', async (harness) => {
    await harness.open();
    for (const kind of ['paste', 'drop'] as const) {
      const taken = await box(harness).evaluate((element, type) => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'a.png', { type: 'image/png' }));
        const init = { bubbles: true, cancelable: true };
        const event =
          type === 'paste'
            ? new ClipboardEvent('paste', { ...init, clipboardData: data })
            : new DragEvent('drop', { ...init, dataTransfer: data });
        return !element.dispatchEvent(event);
      }, kind);
      expect(taken).toBe(true);
      await harness.page.getByText('Baleen cannot send pictures yet').waitFor();
      await box(harness).fill('a');
      await harness.page.getByText('Baleen cannot send pictures yet').waitFor({ state: 'detached' });
    }
  });
});

describe('a running turn', () => {
  onPage('says under the box where the service counted otherwise than we did, and only there', async (harness) => {
    const usage = { cacheHitTokens: 40_000, cacheMissTokens: 2_345, outputTokens: 10, reasoningTokens: 0 };
    const stepEnd = (step: number, countedTokens: number): AgentEvent => ({
      ...{
        type: 'step_end',
        step,
        stopReason: 'stop',
        usage,
        cost: { amount: 0.001, currency: 'USD' },
        contextTokens: 42_355,
      },
      ...{ windowTokens: 1_048_576, countedTokens },
    });
    await harness.open([], { running: true });
    await harness.tellEvents({ type: 'turn_start', turn: 1, message: 'Go' }, stepEnd(1, 42_345));
    const meter = harness.page.locator('.meter-line');
    await meter.getByText('step $').waitFor();
    expect(await meter.textContent()).not.toContain('counted');
    await harness.tellEvents(stepEnd(2, 42_300));
    await meter.getByText('counted 42,300, billed 42,345', { exact: true }).waitFor();
    await harness.tellEvents(stepEnd(3, 42_345));
    await meter.getByText('counted').waitFor({ state: 'detached' });
  });

  onPage('shows the answer as it streams, block by block', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents({ type: 'turn_start', turn: 1, message: 'Go' }, { type: 'step_start', step: 1 });
    for (const part of answerText.match(/[^]{1,40}/g) ?? [])
      await harness.tellEvents({ type: 'text_delta', text: part });
    const answer = harness.page.getByRole('article', { name: 'Baleen' });
    expect(await answer.locator('h2').textContent()).toBe('What I changed');
    expect(await answer.locator('ol > li').count()).toBe(3);
    expect(await answer.locator('pre .hljs-keyword').count()).toBeGreaterThan(2);
    expect(await answer.locator('td').count()).toBe(6);
    const streamed = await answer.innerHTML();
    await harness.open([{ type: 'event', event: { type: 'text_delta', text: answerText } }]);
    expect(await answer.innerHTML()).toBe(streamed);
  });

  onPage('does not draw settled blocks again', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents({ type: 'text_delta', text: 'first\n\nsecond' });
    await harness.page.evaluate(() => document.querySelector('.block p')?.setAttribute('data-same', 'yes'));
    await harness.tellEvents({ type: 'text_delta', text: ' more\n\nthird' });
    expect(await harness.page.locator('.block p').allTextContents()).toEqual(['first', 'second more', 'third']);
    expect(await harness.page.locator('.block p').first().getAttribute('data-same')).toBe('yes');
  });

  onPage('the stop button posts stop', async (harness) => {
    await harness.open([], { running: true });
    await button(harness, 'Stop').click();
    await harness.waitForPost('stop');
    await harness.tell({ type: 'state', state: readyState });
    await button(harness, 'Send').waitFor();
  });

  onPage('folded reasoning opens on a click and says how long it took', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents({ type: 'reasoning_delta', text: 'Because of this.' });
    const fold = harness.page.getByRole('button', { name: /^Reasoning/ });
    expect(await fold.getAttribute('aria-expanded')).toBe('false');
    await harness.tellEvents({ type: 'text_delta', text: 'So.' });
    const done = harness.page.getByRole('button', { name: /^Reasoned for/ });
    await done.click();
    await harness.page.getByText('Because of this.').waitFor();
  });

  onPage('a command shows its end live, then exit code and duration', async (harness) => {
    await harness.open([], { running: true });
    const lines = Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join('');
    await harness.tellEvents(
      { type: 'tool_call_start', call: 'c1', tool: 'run_command', title: 'npm test' },
      { type: 'tool_call_output', call: 'c1', text: lines },
    );
    const output = harness.page.locator('.output-text');
    expect(await output.textContent()).toContain('line 1999');
    expect(await output.textContent()).not.toContain('line 5\n');
    expect(await output.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight)).toBeLessThan(2);
    await harness.tellEvents({
      type: 'tool_call_end',
      call: 'c1',
      status: 'failed',
      summary: 'exit 3',
      details: {
        kind: 'command',
        command: 'npm test',
        exitCode: 3,
        durationMs: 1234,
        timedOut: false,
        changed: ['a.txt'],
      },
    });
    await harness.page.getByText('exit 3').waitFor();
    await harness.page.getByText('1.2 s').waitFor();
  });

  onPage('stays at the end until the user scrolls up, and goes back by a button', async (harness) => {
    const many: AgentEvent[] = Array.from({ length: 60 }, (_, i) => ({
      type: 'notice',
      level: 'info',
      text: `note ${i}`,
    }));
    await harness.open([], { running: true });
    await harness.tellEvents(...many);
    const fromEnd = (): Promise<number> =>
      harness.page.locator('.transcript').evaluate((e) => Math.round(e.scrollHeight - e.scrollTop - e.clientHeight));
    await expect.poll(fromEnd).toBeLessThan(2);
    await harness.page.locator('.transcript').hover();
    await harness.page.mouse.wheel(0, -400);
    await button(harness, 'Go to the end').waitFor();
    await harness.tellEvents(...many);
    expect(await fromEnd()).toBeGreaterThan(300);
    await button(harness, 'Go to the end').click();
    await expect.poll(fromEnd).toBeLessThan(2);
    await harness.tellEvents(...many);
    await expect.poll(fromEnd).toBeLessThan(2);
  });
});

describe('the question where this workspace may be sent', () => {
  const question: WaitingSendQuestion = {
    ...{ id: 'host-made-id-51cc', origin: 'https://api.deepseek.com', host: 'DeepSeek', operator: 'service' },
    ...{ jurisdiction: 'China', files: 412, tokens: 614_203, price: { amount: 0.092, currency: 'USD' } },
  };
  const card = (harness: Harness) => harness.page.locator('section.approval');

  onPage('says what would go where, and takes one answer, not in its first half second', async (harness) => {
    await harness.open([], { running: true, sendQuestion: question });
    const text = await card(harness).innerText();
    for (const fact of [
      '412 files, 614K tokens',
      'https://api.deepseek.com',
      'DeepSeek, under the law of China',
      '$0.09',
    ])
      expect(text).toContain(fact);
    const agree = button(harness, 'Agree and send');
    await agree.dispatchEvent('click');
    expect((await harness.readPosts()).some(({ type }) => type === 'answer_send')).toBe(false);
    await card(harness).locator('button[aria-disabled="false"]', { hasText: 'Agree and send' }).click();
    await agree.dispatchEvent('click');
    await button(harness, 'Do not send').dispatchEvent('click');
    const answers = (await harness.readPosts()).filter(({ type }) => type === 'answer_send');
    expect(answers).toEqual([{ type: 'answer_send', question: question.id, agreed: true }]);
    await harness.tell({ type: 'state', state: { ...readyState, running: true } });
    expect(await card(harness).count()).toBe(0);
  });

  onPage(
    'is there after the page was opened anew, also while no turn runs, and says where to choose',
    async (harness) => {
      const { host: _host, operator: _operator, jurisdiction: _law, ...unknown } = question;
      await harness.open([], { sendQuestion: { ...unknown, origin: 'https://llm.example:8443', price: null } });
      const text = await card(harness).innerText();
      expect(text).toContain('Send this workspace to https://llm.example:8443?');
      expect(text).toContain('a host that Baleen does not know; under which country’s law is not known');
      await button(harness, 'Choose another host').click();
      expect((await harness.readPosts()).at(-1)).toEqual({ type: 'open_settings', setting: 'baleen.host' });
      await card(harness).locator('button[aria-disabled="false"]', { hasText: 'Do not send' }).click();
      expect((await harness.waitForPost('answer_send')).agreed).toBe(false);
    },
  );
});

const askAbout = (subject: ApprovalSubject): AgentEvent => {
  return { type: 'approval_request', approval: { id: 'asked', call: 'c1', subject, reason: 'It asks.' } };
};

describe('approval', () => {
  onPage('WEB-06: answers with the id of the host, and not to a click in the first 500 ms', async (harness) => {
    await harness.open([], { running: true });
    await harness.page.evaluate(() => {
      const marks = window as unknown as { shownMs: number };
      new MutationObserver((_, observer) => {
        const allow = [...document.querySelectorAll('button')].find((b) => b.textContent === 'Allow once');
        if (!allow) return;
        observer.disconnect();
        marks.shownMs = performance.now();
        allow.click();
      }).observe(document.body, { childList: true, subtree: true });
    });
    await harness.tellEvents(commandApproval);
    const allow = button(harness, 'Allow once');
    expect(await harness.page.evaluate(() => document.activeElement?.textContent)).not.toBe('Allow once');
    await harness.page.waitForFunction(
      () =>
        [...document.querySelectorAll('button')].find((b) => b.textContent === 'Allow once')?.ariaDisabled === 'false',
    );
    const waitedMs = await harness.page.evaluate(
      () => performance.now() - (window as unknown as { shownMs: number }).shownMs,
    );
    expect(waitedMs).toBeGreaterThanOrEqual(495);
    expect((await harness.readPosts()).some((post) => post.type === 'decide')).toBe(false);
    await allow.click();
    await allow.click({ force: true });
    const decisions = (await harness.readPosts()).filter((post) => post.type === 'decide');
    expect(decisions).toEqual([{ type: 'decide', approval: 'host-made-id-7f3a', decision: 'approved' }]);
    await harness.tellEvents({ type: 'approval_end', id: 'host-made-id-7f3a', decision: 'approved' });
    await allow.waitFor({ state: 'detached' });
    await harness.page.getByText('You approved').waitFor();
  });

  onPage('CMD-06: shows every character of the command, the invisible ones by name', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents(commandApproval);
    const command = harness.page.locator('.approval .command-text');
    expect(await command.innerText()).toBe('npm test -- --run ⟨U+202E⟩"fr- mr"');
    await harness.page.getByText('characters that are not visible').waitFor();
  });

  onPage('WEB-09: Enter in the first 500 ms answers nothing, and afterwards is a no', async (harness) => {
    await harness.open([], { running: true });
    await harness.page.evaluate(() => {
      new MutationObserver((_, observer) => {
        const card = document.querySelector<HTMLElement>('section.approval');
        if (!card) return;
        observer.disconnect();
        for (const target of [card, ...card.querySelectorAll('button')]) {
          target.focus();
          target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
          if (target instanceof HTMLButtonElement) target.click();
        }
      }).observe(document.body, { childList: true, subtree: true });
    });
    await harness.tellEvents(compoundApproval);
    await harness.page.waitForFunction(
      () => [...document.querySelectorAll('button')].find((b) => b.textContent === 'Reject')?.ariaDisabled === 'false',
    );
    expect((await harness.readPosts()).some((post) => post.type === 'decide')).toBe(false);
    await harness.page.locator('section.approval').focus();
    await harness.page.keyboard.press('Enter');
    expect(await harness.waitForPost('decide')).toMatchObject({ decision: 'rejected' });
  });

  onPage('CMD-12: lists the parts of a line, which of them ask, and exactly what would be kept', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents(compoundApproval);
    const parts = harness.page.locator('.command-parts li');
    expect(await parts.allInnerTexts()).toEqual([
      expect.stringMatching(/^git log --oneline -3\s+allowed$/),
      expect.stringMatching(/^npm run build\s+asks: it is not allowed yet$/),
      expect.stringMatching(/^npm run lint\s+asks: it is not allowed yet$/),
    ]);
    expect(await harness.page.locator('.approval-kept').innerText()).toMatch(/: npm run build, npm run lint$/);
    const always = harness.page.locator('button[aria-disabled="false"]', { hasText: 'Always allow these' });
    await always.click();
    expect((await harness.waitForPost('decide')).decision).toBe('approved_always');
  });

  onPage('T19: a long command is there as a whole, and nothing of it is pushed out of sight', async (harness) => {
    const command = `ls${' '.repeat(500)}; rm a.txt${'\n'.repeat(80)}${'echo 1234567890; '.repeat(300)}rm b.txt`;
    await harness.open([], { running: true });
    await harness.tellEvents(askFor(command));
    const text = harness.page.locator('.approval .command-text');
    const shown = await text.evaluate((element) => element.textContent);
    expect(shown).toBe(command.replace(' '.repeat(500), '⟨500 spaces⟩').replace('\n'.repeat(80), '⟨80 line ends⟩'));
    expect(await text.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    for (const name of ['Allow once', 'Reject']) await button(harness, name).scrollIntoViewIfNeeded();
  });

  onPage(
    'an edit shows its path, why it is protected and the change; it cannot be approved for the session',
    async (harness) => {
      await harness.open([], { running: true });
      await harness.tellEvents(editApproval);
      const card = harness.page.locator('.approval');
      expect(await card.innerText()).toContain('.github/workflows/ci.yml');
      expect(await card.innerText()).toContain('files of the build pipeline always ask');
      expect(await card.locator('.diff-added').count()).toBe(2);
      expect(await card.getByRole('button', { name: /session|Always/ }).count()).toBe(0);
      await card.getByRole('button', { name: 'Open diff' }).click();
      expect(await harness.waitForPost('open_diff')).toEqual({ type: 'open_diff', call: 'c10' });
      await harness.page.waitForFunction(
        () =>
          [...document.querySelectorAll('button')].find((b) => b.textContent === 'Reject')?.ariaDisabled === 'false',
      );
      await card.getByRole('button', { name: 'Reject' }).focus();
      await harness.page.keyboard.press('Enter');
      expect(await harness.waitForPost('decide')).toMatchObject({
        decision: 'rejected',
        approval: 'host-made-id-22cc',
      });
    },
  );

  onPage('PRF-07: what a change would bring about stands in the card, its line marked in the diff', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents(
      askAbout({
        kind: 'edit',
        path: 'package.json',
        diff: '@@ -1,2 +1,4 @@\n {\n+  "name": "y",\n+  "postinstall": "node \u202eevil.js"\n }\n',
        protectedBy: 'package.json: a package manager runs its scripts',
        warnings: ['The script "postinstall" would be: node \u202eevil.js'],
        named: ['  "postinstall": "node \u202eevil.js"'],
      }),
    );
    const card = harness.page.locator('.approval');
    const warnings = await card.locator('.approval-warning').allInnerTexts();
    expect(warnings[1]).toContain('The script "postinstall" would be: node ⟨U+202E⟩evil.js');
    expect(await card.locator('.diff-named').allInnerTexts()).toEqual(['+  "postinstall": "node ⟨U+202E⟩evil.js"']);
  });

  onPage('a deletion, a move and many files at once are asked about as what they are', async (harness) => {
    await harness.open([], { running: true });
    const card = harness.page.locator('.approval');
    const end = { type: 'approval_end', id: 'asked', decision: 'rejected' } as const;
    const diff = '@@ -1,1 +0,0 @@\n-gone\n';
    await harness.tellEvents(askAbout({ kind: 'edit', path: 'src/old.ts', diff, deleted: true }));
    await card.getByText('Delete this file?').waitFor();
    expect(await card.locator('.diff-removed').count()).toBe(1);
    await harness.tellEvents(end, askAbout({ kind: 'edit', path: 'a.ts', diff: '', movedTo: 'lib/b.ts' }));
    await card.getByText('Move this file?').waitFor();
    expect(await card.innerText()).toMatch(/a\.ts\s+to\s+lib\/b\.ts/);
    expect(await card.getByRole('button', { name: 'Open diff' }).count()).toBe(0);
    const deleted = Array.from({ length: 12 }, (_, index) => `many/f${index}.txt`);
    await harness.tellEvents(end, askAbout({ kind: 'bulk', deleted, changed: ['src/a.ts'] }));
    await card.getByText('Change all of these files?').waitFor();
    expect(await card.locator('.edit-list li').count()).toBe(13);
    expect(await card.innerText()).toContain('many/f11.txt');
    await harness.tellEvents(end);
    await harness.page.getByText('13 files').waitFor();
  });

  onPage(
    'edits of many files are one question with every diff, and end with a state for each file',
    async (harness) => {
      await harness.open([], { running: true });
      await harness.tellEvents(manyEditsApproval);
      const card = harness.page.locator('.approval');
      const text = await card.innerText();
      for (const part of ['Edit these 2 files?', 'src/one.ts', 'package.json', 'Protected: scripts in it run']) {
        expect(text).toContain(part);
      }
      expect(await card.locator('.diff-added').count()).toBe(4);
      await harness.tellEvents(...manyEditsEnd);
      const tool = harness.page.locator('.tool');
      await tool.getByRole('button', { name: /Rename one to two/ }).click();
      expect(await tool.innerText()).toMatch(/2 files[^]*src\/one\.ts[^]*package\.json\s+not changed/);
    },
  );

  onPage('PRF-05: what was held back is not called an edit: the question is whether it comes back', async (harness) => {
    await harness.open([], { running: true });
    const files = [{ path: 'new/package.json', diff: '', protectedBy: 'scripts in it run' }];
    const subject = { kind: 'edits' as const, files, isHeldBack: true as const };
    await harness.tellEvents({
      type: 'approval_request',
      approval: { id: 'h', call: 'c', subject, reason: 'It asks.' },
    });
    await harness.page.getByRole('heading', { name: 'Put this file back?' }).waitFor();
  });

  onPage('several wait one after the other, each with a guard of its own', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents(commandApproval, editApproval);
    await harness.page.getByText('1 of 2').waitFor();
    const isReady = (): boolean =>
      [...document.querySelectorAll('button')].find((b) => b.textContent === 'Reject')?.ariaDisabled === 'false';
    await harness.page.waitForFunction(isReady);
    await button(harness, 'Reject').dblclick();
    expect((await harness.readPosts()).filter((post) => post.type === 'decide')).toHaveLength(1);
    await harness.page.getByText('Make this edit?').waitFor();
  });

  onPage('the keyboard goes on to the next question and then to the message box', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents(commandApproval, editApproval);
    const isReady = (): boolean =>
      [...document.querySelectorAll('button')].find((b) => b.textContent === 'Reject')?.ariaDisabled === 'false';
    const answer = async (): Promise<void> => {
      await harness.page.waitForFunction(isReady);
      await button(harness, 'Reject').click();
    };
    await answer();
    await harness.page.getByText('Make this edit?').waitFor();
    await harness.page.waitForFunction(() => document.activeElement?.className === 'approval');
    await answer();
    const ends = [commandApproval, editApproval].flatMap((event) =>
      event.type === 'approval_request' ? [event.approval.id] : [],
    );
    await harness.tellEvents(...ends.map((id) => ({ type: 'approval_end', id, decision: 'rejected' }) as const));
    await harness.page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Message');
  });
});

describe('commands in the background', () => {
  const server = { id: 'c-0123abcd', command: 'npm run dev -- --host 127.0.0.1 --port 3000 --strict', ports: [3000] };
  const watcher = { id: 'c-0123abce', command: 'tsc\u202e --watch', ports: [] };

  onPage('are listed with their ports, shown and stopped, until they have ended', async (harness) => {
    const list = harness.page.getByRole('list', { name: 'Running in the background' });
    await harness.open();
    expect(await list.count()).toBe(0);
    await harness.tell({ type: 'state', state: { ...readyState, commands: [server, watcher] } });
    expect(await list.getByRole('listitem').count()).toBe(2);
    await button(harness, 'port 3000').click();
    expect(await harness.waitForPost('open_url')).toEqual({ type: 'open_url', url: 'http://localhost:3000' });
    await button(harness, `Show the terminal of ${server.command}`).click();
    expect(await harness.waitForPost('show_command')).toEqual({ type: 'show_command', id: server.id });
    await button(harness, `Stop ${server.command}`).click();
    expect(await harness.waitForPost('stop_command')).toEqual({ type: 'stop_command', id: server.id });
    expect(await list.textContent()).not.toContain('\u202e');
    await harness.tell({ type: 'state', state: { ...readyState, commands: [watcher] } });
    expect(await list.getByRole('listitem').count()).toBe(1);
    await harness.tell({ type: 'state', state: readyState });
    expect(await list.count()).toBe(0);
  });

  onPage(
    'stay inside of a narrow page, their buttons in sight',
    async (harness) => {
      await harness.open([], { commands: [server, watcher] });
      const stop = await button(harness, `Stop ${server.command}`).boundingBox();
      expect(stop!.x + stop!.width).toBeLessThanOrEqual(220);
      expect(await harness.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(220);
    },
    { width: 220 },
  );

  onPage('what is typed into one is asked with all of its text', async (harness) => {
    await harness.open([], { running: true });
    await harness.tellEvents({
      type: 'approval_request',
      approval: {
        id: 'a1',
        call: 'c1',
        subject: { kind: 'input', id: server.id, command: 'bash', text: 'rm -rf x\u200b\n' },
        reason: 'What is typed into a running command asks each time, as a command does.',
      },
    });
    await harness.page.getByRole('heading', { name: 'Type this into a running command?' }).waitFor();
    expect(await harness.page.getByLabel('Text to type').textContent()).toContain('U+200B');
    await harness.page.getByText('This text holds characters that are not visible').waitFor();
    expect(await button(harness, 'Approve for this session').count()).toBe(0);
    await button(harness, 'Approve').click();
    expect(await harness.waitForPost('decide')).toMatchObject({ approval: 'a1', decision: 'approved' });
  });
});

describe('a reload', () => {
  onPage('brings back transcript, running state, draft and the waiting approval', async (harness) => {
    const waiting: TranscriptEntry[] = [...sampleTranscript, { type: 'event', event: commandApproval }];
    await harness.open(waiting, { running: true }, 'unsent');
    const before = await harness.page.locator('.transcript').textContent();
    await harness.page.reload();
    await harness.waitForPost('ready');
    await harness.open(waiting, { running: true }, 'unsent');
    expect(await harness.page.locator('.transcript').textContent()).toBe(before);
    expect(await box(harness).inputValue()).toBe('unsent');
    await button(harness, 'Stop').waitFor();
    await button(harness, 'Allow once').waitFor();
  });

  onPage('a transcript of 1,000 entries is drawn, from its end, and the rest on scrolling', async (harness) => {
    const transcript: TranscriptEntry[] = Array.from({ length: 500 }, (_, i): TranscriptEntry[] => [
      { type: 'user', text: `question ${i}` },
      { type: 'event', event: { type: 'text_delta', text: `answer **${i}**\n\n\`\`\`ts\nconst a = ${i};\n\`\`\`` } },
    ]).flat();
    await harness.open(transcript);
    await harness.page.getByText('question 499').waitFor();
    expect(await harness.page.locator('.item').count()).toBeLessThan(100);
    await button(harness, /^Show earlier/).click();
    await expect.poll(() => harness.page.locator('.item').count()).toBeGreaterThan(100);
    await box(harness).pressSequentially('still quick');
    expect(await box(harness).inputValue()).toBe('still quick');
  });
});

describe('every button says what it does', () => {
  onPage('cards post paths, diffs, undo; pickers post choices', async (harness) => {
    await harness.open(sampleTranscript);
    await harness.page.locator('.tool').getByRole('button', { name: 'Open diff' }).click();
    expect(await harness.waitForPost('open_diff')).toEqual({ type: 'open_diff', call: 'c1' });
    await harness.page.locator('.finding').getByRole('button', { name: 'src/billing/invoice.ts:42' }).click();
    expect(await harness.waitForPost('open_file')).toEqual({
      type: 'open_file',
      path: 'src/billing/invoice.ts',
      line: 42,
    });
    await harness.page.locator('.turn-end').getByRole('button', { name: 'Undo' }).click();
    expect(await harness.waitForPost('undo_turn')).toEqual({ type: 'undo_turn', checkpoint: 'cp1' });
    await harness.page.getByRole('combobox', { name: 'Model' }).selectOption('deepseek-v4-pro');
    expect(await harness.waitForPost('set_model')).toEqual({ type: 'set_model', model: 'deepseek-v4-pro' });
    await harness.page.getByRole('combobox', { name: 'Thinking' }).selectOption('max');
    expect(await harness.waitForPost('set_thinking')).toEqual({ type: 'set_thinking', thinking: 'max' });
    await harness.page.getByRole('combobox', { name: 'Approval mode' }).selectOption('plan');
    expect(await harness.waitForPost('set_approve')).toEqual({ type: 'set_approve', approve: 'plan' });
    expect(await harness.page.getByRole('meter').getAttribute('aria-valuenow')).toBe('190100');
  });

  onPage('sessions open, and a new one begins', async (harness) => {
    await harness.open();
    await button(harness, 'Sessions').click();
    await harness.waitForPost('list_sessions');
    const at = '2026-09-01T10:00:00Z';
    await harness.tell({
      type: 'sessions',
      sessions: [
        { id: 's1', title: 'Here', at, cost: { amount: 0, currency: 'USD' } },
        { id: 's2', title: 'Elsewhere', at, cost: { amount: 0.2, currency: 'USD' } },
      ],
    });
    await harness.page.getByRole('searchbox').fill('else');
    expect(await harness.page.locator('.session-row').count()).toBe(1);
    await harness.page.getByRole('button', { name: /Elsewhere/ }).click();
    expect(await harness.waitForPost('open_session')).toEqual({ type: 'open_session', session: 's2' });
    await button(harness, 'New session').click();
    await harness.waitForPost('new_session');
  });

  onPage('without a key there are two ways on, and nothing is sent', async (harness) => {
    await harness.open([], { keyState: 'missing' });
    await button(harness, 'Enter API key…').click();
    await harness.waitForPost('enter_key');
    await button(harness, 'Try a rehearsal without a key').click();
    await harness.waitForPost('rehearse');
    await box(harness).fill('Hello');
    await box(harness).press('Enter');
    expect(sends(await harness.readPosts())).toEqual([]);
    await harness.open([], { keyState: 'rejected', keyDetail: 'The host said 401.' });
    await harness.page.getByText('The host said 401.').waitFor();
    await button(harness, 'Check again').click();
    await harness.waitForPost('check_key');
    await harness.open([], { blocked: 'Open a folder first.' });
    await harness.page.getByText('Open a folder first.').waitFor();
  });

  onPage('a rehearsal says so as long as it lasts, and examples go into the box', async (harness) => {
    await harness.open([], { keyState: 'rehearsal' });
    await harness.page.getByText('Rehearsal: a small stand-in answers').waitFor();
    await harness.page.getByRole('button', { name: /^Rename OldName/ }).click();
    await expect.poll(() => box(harness).inputValue()).toContain('Rename OldName to NewName');
    expect(sends(await harness.readPosts())).toEqual([]);
    await harness.open(sampleTranscript, { keyState: 'rehearsal' });
    await harness.page.getByText('Rehearsal: a small stand-in answers').waitFor();
  });

  onPage('a notice carries out its action', async (harness) => {
    await harness.open([{ type: 'user', text: 'Try this' }]);
    const notice = (kind: 'set_key' | 'open_settings' | 'retry' | 'open_url'): AgentEvent => ({
      type: 'notice',
      level: 'error',
      text: 'Something is wrong.',
      action: { kind, label: kind, url: 'https://example.org/help' },
    });
    await harness.tellEvents(notice('set_key'), notice('open_settings'), notice('open_url'), notice('retry'));
    for (const label of ['set_key', 'open_settings', 'open_url', 'retry']) await button(harness, label).click();
    await harness.waitForPost('enter_key');
    await harness.waitForPost('open_settings');
    expect(await harness.waitForPost('open_url')).toEqual({ type: 'open_url', url: 'https://example.org/help' });
    expect(await harness.waitForPost('send')).toEqual({ type: 'send', text: 'Try this' });
  });

  onPage('every control has a name, and Tab reaches them', async (harness) => {
    await harness.open([...sampleTranscript, { type: 'event', event: commandApproval }], { running: true });
    const nameless = await harness.page.evaluate(() =>
      [...document.querySelectorAll('button, select, input, textarea, [role=link]')]
        .filter((e) => !(e.getAttribute('aria-label') ?? e.textContent).trim())
        .map((e) => e.outerHTML),
    );
    expect(nameless).toEqual([]);
    await box(harness).focus();
    const reached: string[] = [];
    for (let i = 0; i < 8; i++) {
      await harness.page.keyboard.press('Shift+Tab');
      reached.push(await harness.page.evaluate(() => document.activeElement?.textContent ?? ''));
    }
    expect(reached).toContain('Reject');
    expect(reached).toContain('Allow once');
  });

  onPage(
    'nothing is cut off at 220 px',
    async (harness) => {
      await harness.open([...sampleTranscript, { type: 'event', event: editApproval }], { running: true });
      expect(await harness.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(220);
      const wide = await harness.page.locator('.transcript').evaluate((e) => e.scrollWidth - e.clientWidth);
      expect(wide).toBeLessThanOrEqual(0);
    },
    { width: 220 },
  );
});

describe('what changes a conversation while it goes on', () => {
  onPage(
    'a message that was put into the running turn stands where it went in, and the next turn has its own',
    async (harness) => {
      await harness.open([{ type: 'user', text: 'One' }], { running: true });
      await harness.tellEvents(
        { type: 'turn_start', turn: 1, message: 'One' },
        { type: 'steered', text: 'Rather so' },
        { type: 'text_delta', text: 'Done so.' },
        { type: 'turn_start', turn: 2, message: 'Queued' },
      );
      const said = harness.page.getByRole('article', { name: 'You' });
      await said.nth(2).waitFor();
      expect((await said.allTextContents()).map((text) => text.trim())).toEqual(['One', 'Rather so', 'Queued']);
    },
  );

  onPage('a compaction says its price, then what it came to, and shows the summary', async (harness) => {
    const cost = (amount: number) => ({ amount, currency: 'USD' as const });
    const price = { input: cost(0.002), low: cost(0.002), expected: cost(0.003), high: cost(0.004), worst: cost(0.1) };
    const tag = { tokens: 900_000, expectedHitTokens: 899_000, ...price, primer: undefined };
    const usage = { cacheHitTokens: 899_000, cacheMissTokens: 1000, outputTokens: 900, reasoningTokens: 100 };
    await harness.open([], { running: true });
    await harness.tellEvents({ type: 'compaction_start', reason: 'full', tag });
    await harness.page.getByText('Summing up the conversation ($0.0020 to $0.0040)').waitFor();
    const tokens = { beforeTokens: 900_000, afterTokens: 600_000, usage, cost: cost(0.0033) };
    await harness.tellEvents({
      type: 'compaction_end',
      how: 'summary',
      summary: 'What was said <b>before</b>.',
      ...tokens,
    });
    await harness.page.getByRole('button', { name: /^Conversation compacted: 900K to 600K tokens/ }).click();
    await harness.page.getByText('What was said <b>before</b>.').waitFor();
  });

  onPage('the button of a notice has the conversation compacted', async (harness) => {
    const action = { kind: 'compact', label: 'Compact conversation' } as const;
    await harness.open([{ type: 'event', event: { type: 'notice', level: 'info', text: 'Nearly full.', action } }]);
    await button(harness, 'Compact conversation').click();
    expect(await harness.waitForPost('compact')).toEqual({ type: 'compact' });
  });
});
