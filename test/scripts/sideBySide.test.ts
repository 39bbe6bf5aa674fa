import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { runSideBySide, type Job } from '../../scripts/lib/sideBySide.mjs';

interface Held {
  job: Job<string>;
  print: (text: string) => void;
  end: () => Promise<void>;
}

describe('jobs side by side', () => {
  let written: string;
  let running: string[];
  beforeEach(() => {
    written = '';
    running = [];
  });

  /** A job that the test lets speak and end. */
  function hold(name: string, cores: number, after: string[] = []): Held {
    let speak: (text: string) => void = () => expect.unreachable(`${name} does not run`);
    let finish: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (finish = resolve));
    const run = async (print: (text: string) => void): Promise<string> => {
      running.push(name);
      speak = print;
      await ended;
      running.splice(running.indexOf(name), 1);
      return `result of ${name}`;
    };
    const end = async (): Promise<void> => {
      finish();
      await setImmediate();
    };
    return { job: { name, cores, after, run }, print: (text) => speak(text), end };
  }

  const start = (...held: Held[]): Promise<string[]> =>
    runSideBySide(
      held.map(({ job }) => job),
      { cores: 2, write: (text) => void (written += text) },
    );

  it('start in their order as cores are free, which those that only wait do not want', async () => {
    const [a, idle, b, c] = [hold('a', 1), hold('idle', 0), hold('b', 1), hold('c', 1)];
    const all = start(a, idle, b, c);
    expect(running).toEqual(['a', 'idle', 'b']);
    await b.end();
    expect(running).toEqual(['a', 'idle', 'c']);
    await Promise.all([a, c, idle].map((each) => each.end()));
    expect(await all).toEqual(['a', 'idle', 'b', 'c'].map((name) => `result of ${name}`));
  });

  it('wait for what they are to come after, and let a later one go first meanwhile', async () => {
    const [first, second, other] = [hold('first', 1), hold('second', 1, ['first']), hold('other', 1)];
    const all = start(first, second, other);
    expect(running).toEqual(['first', 'other']);
    await first.end();
    expect(running).toEqual(['other', 'second']);
    await Promise.all([second.end(), other.end()]);
    await all;
  });

  it('are not overtaken while they wait for cores', async () => {
    const [a, b, wide, small] = [hold('a', 1), hold('b', 1), hold('wide', 2), hold('small', 1)];
    const all = start(a, b, wide, small);
    await a.end();
    expect(running).toEqual(['b']);
    await b.end();
    expect(running).toEqual(['wide']);
    await wide.end();
    expect(running).toEqual(['small']);
    await small.end();
    await all;
  });

  it('that want more cores than there are run, but without company', async () => {
    const [large, small] = [hold('large', 8), hold('small', 1)];
    const all = start(large, small);
    expect(running).toEqual(['large']);
    await large.end();
    expect(running).toEqual(['small']);
    await small.end();
    await all;
  });

  it('that nothing lets start are an error, not an endless wait', async () => {
    await expect(start(hold('late', 1, ['nobody']))).rejects.toThrow('Nothing lets "late" start.');
  });

  it('write as they go one at a time; what another wrote stays in one piece', async () => {
    const [a, b] = [hold('a', 1), hold('b', 1)];
    const all = start(a, b);
    a.print('a1\n');
    b.print('b1\n');
    a.print('a2\n');
    b.print('b2\n');
    expect(written).toBe('a1\na2\n');
    await a.end();
    expect(written).toBe('a1\na2\nb1\nb2\n');
    b.print('b3\n');
    expect(written).toBe('a1\na2\nb1\nb2\nb3\n');
    await b.end();
    await all;
  });

  it('that end beside a longer one are written at once, below a whole line', async () => {
    const [long, short] = [hold('long', 1), hold('short', 1)];
    const all = start(long, short);
    long.print('half a line');
    short.print('short 1\n');
    short.print('short 2\n');
    await short.end();
    long.print('the rest\n');
    expect(written).toBe('half a line\nshort 1\nshort 2\nthe rest\n');
    await long.end();
    await all;
  });
});
