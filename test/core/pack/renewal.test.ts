import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packMarker, type PackOptions, type Packer, type PackState } from '../../../src/core/pack/packer.js';
import { makeSecret } from '../view/secretMakers.js';
import { createWorkspace, noProgress, noSignal, openPack, type OpenedPack, type Workspace } from './workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  workspace.write('a.txt', 'the first text of a\n');
  workspace.write('b.txt', 'the first text of b\n');
});
afterEach(() => workspace.dispose());

const open = (options: Partial<PackOptions> = {}): Promise<OpenedPack> => openPack(workspace, options);

const send = (packer: Packer, { report }: PackState): Promise<Uint8Array> =>
  packer.assembleBody(JSON.stringify({ m: packMarker(report.sha256) }), []);

/** A session's log, as far as the packer cares for it. */
function writeSession(id: string): void {
  mkdirSync(join(workspace.stateFolder, 'sessions'), { recursive: true });
  writeFileSync(join(workspace.stateFolder, 'sessions', `${id}.jsonl`), '');
}

const stored = (): string[] =>
  readdirSync(join(workspace.stateFolder, 'snapshots'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, 64));

describe('a new snapshot', () => {
  it('is made when it is asked for, which is declared, and leaves an empty log', async () => {
    const first = await open();
    workspace.write('a.txt', 'the second text of a\n');
    const kept = await open();
    expect(kept.state).toMatchObject({ reused: true, entries: [{ path: 'a.txt' }] });
    const renewed = await open({ renew: true });
    expect(renewed.state).toMatchObject({ reused: false, entries: [], cacheBreak: 'you asked for a new snapshot' });
    expect(renewed.state.report.sha256).not.toBe(first.state.report.sha256);
    expect((await open()).state.report.sha256).toBe(renewed.state.report.sha256);
  });

  it('is proposed, and not made, when the log has grown beside the pack', async () => {
    const { packer, state } = await open();
    expect(state.proposesRenewal).toBe(false);
    for (let n = 0; n < 5; n++) workspace.write(`new${n}.txt`, `word${n} `.repeat(900));
    await packer.sync();
    const tail = await packer.entries(state.report.sha256, state.end);
    expect(tail).toMatchObject({ proposesRenewal: true, end: { number: 5 } });
    expect(tail.logTokens).toBeGreaterThan(4_000);
    const next = await open();
    expect(next.state).toMatchObject({ reused: true, proposesRenewal: true });
    expect(next.state.cacheBreak).toBeUndefined();
  });

  it('takes the place of one that no cache holds any more, if anything has changed since', async () => {
    const { packer, state } = await open();
    await send(packer, state);
    const mark = join(workspace.stateFolder, 'snapshots', `${state.report.sha256}.sent`);
    const age = (hours: number): void => {
      const sent = JSON.parse(readFileSync(mark, 'utf8')) as { at: number };
      writeFileSync(mark, JSON.stringify({ ...sent, at: Date.now() - hours * 3_600_000 }));
    };
    age(25);
    expect((await open()).state.reused).toBe(true);
    workspace.write('a.txt', 'the second text of a\n');
    age(23);
    expect((await open()).state.reused).toBe(true);
    age(25);
    const later = await open();
    expect(later.state).toMatchObject({ reused: false, entries: [] });
    expect(later.state.cacheBreak).toMatch(/not sent for more than a day/);
  });
});

describe('a session that began with an older snapshot', () => {
  it('goes on over it, with its own log, beside sessions of the new one', async () => {
    const old = await open();
    await old.packer.pin(old.state.report.sha256, 's1');
    workspace.write('a.txt', 'the second text of a\n');
    await old.packer.sync();
    const renewed = await old.packer.open({ ...workspace.options(), renew: true }, noProgress, noSignal);
    workspace.write('b.txt', 'the second text of b\n');
    await old.packer.sync();
    const paths = async (state: PackState): Promise<string[]> =>
      (await old.packer.entries(state.report.sha256, state.end)).entries.map((entry) => entry.path);
    expect(await paths(old.state)).toEqual(['a.txt', 'b.txt']);
    expect(await paths(renewed)).toEqual(['b.txt']);
    for (const [state, text] of [
      [old.state, 'the first text of a'],
      [renewed, 'the second text of a'],
    ] as const) {
      expect(Buffer.from(await send(old.packer, state)).toString()).toContain(text);
    }
    // Another process, which opens nothing but the old one.
    const resumed = await open({ pinned: old.state.report.sha256 });
    expect(resumed.state.entries.map((entry) => entry.path)).toEqual(['a.txt', 'b.txt']);
    expect(Buffer.from(await send(resumed.packer, resumed.state)).toString()).toContain('the first text of a');
  });

  it('keeps its snapshot as long as there is room, and is named when there is none', async () => {
    const { packer, state } = await open();
    writeSession('s1');
    await packer.pin(state.report.sha256, 's1');
    await packer.pin(state.report.sha256, 'gone');
    await send(packer, state);
    const evicted: string[] = [];
    for (let n = 0; n < 18; n++) {
      workspace.write('a.txt', `text ${n} of a\n`);
      const next = await open({ renew: true });
      evicted.push(...(next.state.evicted ?? []));
      if (n === 8) expect(stored()).toContain(state.report.sha256);
      writeSession(`n${n}`);
      await next.packer.pin(next.state.report.sha256, `n${n}`);
      await send(next.packer, next.state);
    }
    expect(evicted.slice(0, 1)).toEqual(['s1']);
    expect(stored().length).toBeLessThanOrEqual(16);
    await expect(open({ pinned: state.report.sha256 })).rejects.toMatchObject({ action: { kind: 'new_session' } });
  });
});

describe('frozen bytes that may not leave any more', () => {
  it('are refused in every process, and the next session begins without them', async () => {
    workspace.write('.npmrc', 'registry=https://r.acme.io\nmark-of-the-file=1\n');
    const one = await open();
    const two = await open();
    expect(Buffer.from(await send(one.packer, one.state)).toString()).toContain('mark-of-the-file');
    workspace.write('.npmrc', 'registry=https://r.acme.io\n//r.acme.io/:_authToken=very-own-token\n');
    await one.packer.sync();
    const { sha256 } = one.state.report;
    await expect(one.packer.entries(sha256, one.state.end)).rejects.toThrow(/\.npmrc is withheld now \(secret file\)/);
    await expect(send(one.packer, one.state)).rejects.toMatchObject({ action: { kind: 'new_session' } });
    await expect(send(two.packer, two.state)).rejects.toThrow(/gone, so nothing was sent/);
    await expect(open({ pinned: sha256 })).rejects.toThrow(/gone/);
    expect(stored()).toEqual([]);
    const next = await one.packer.open(workspace.options(), noProgress, noSignal);
    const sent = Buffer.from(await send(one.packer, next)).toString();
    expect(sent).not.toContain('mark-of-the-file');
    expect(sent).toContain('the first text of a');
  });

  it('are told by the session that finds them first, with the reason for the new snapshot', async () => {
    workspace.write('.npmrc', 'registry=https://r.acme.io\n');
    await open();
    workspace.write('.npmrc', '//r.acme.io/:_authToken=very-own-token\n');
    const next = await open();
    expect(next.state.reused).toBe(false);
    expect(next.state.cacheBreak).toBe('.npmrc is withheld now (secret file), and the stored snapshot showed its text');
    expect((await open()).state.reused).toBe(true);
  });

  it('hold for a text of the log, and not for a file whose text was never told', async () => {
    const { packer, state } = await open();
    workspace.write('.npmrc', '//r.acme.io/:_authToken=very-own-token\n');
    await packer.sync();
    expect((await packer.entries(state.report.sha256, state.end)).entries).toMatchObject([{ kind: 'created' }]);
    workspace.remove('.npmrc');
    workspace.write('.npmrc', 'registry=https://r.acme.io\n');
    await packer.sync();
    await send(packer, state);
    workspace.write('.npmrc', '//r.acme.io/:_authToken=very-own-token\n');
    await packer.sync();
    await expect(send(packer, state)).rejects.toThrow(/\.npmrc is withheld now/);
  });

  it('are those of a value that is known as a secret only later', async () => {
    const secret = makeSecret(5);
    const value = /gh[a-z]_\w+|sk-\w+|AKIA\w+|[\w-]{20,}/.exec(secret)?.[0] ?? '';
    expect(value).not.toBe('');
    workspace.write('c.txt', secret);
    const { packer, state } = await open();
    expect(Buffer.from(await send(packer, state)).toString()).not.toContain(value);
    // It was hidden from the first: an edit of the file beside it is a change like any other.
    workspace.write('c.txt', `${secret}\nmore\n`);
    await packer.sync();
    expect(Buffer.from(await send(packer, state)).toString()).not.toContain(value);
    expect((await packer.entries(state.report.sha256, state.end)).entries).toHaveLength(1);
  });

  it('leave nothing behind when the key stands in them', async () => {
    workspace.write('a.txt', 'my own key is local-key-1234 today\n');
    const { packer, state } = await open();
    const body = JSON.stringify({ m: packMarker(state.report.sha256) });
    await expect(packer.assembleBody(body, ['local-key-1234'])).rejects.toMatchObject({ name: 'SecretInBody' });
    expect(existsSync(join(workspace.stateFolder, 'snapshots', `${state.report.sha256}.json`))).toBe(false);
    await expect(packer.assembleBody(body, ['local-key-1234'])).rejects.toThrow(/nothing was sent/);
  });
});
