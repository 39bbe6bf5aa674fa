// Runs jobs side by side on as many cores as there are, with the output of each in one piece.

/**
 * @template T
 * @typedef {object} Job
 * @property {string} name
 * @property {string[]} [after]  what has to have ended before, well or badly
 * @property {number} cores  how many it keeps busy; 0 for one that waits nearly all the time
 * @property {(print: (text: string) => void) => Promise<T>} run
 */

/**
 * A job starts when what it comes after has ended and cores are free; none overtakes one before it in the list that only
 * waits for cores. One that wants more cores than there are runs without company.
 * @template T
 * @param {Job<T>[]} jobs
 * @param {{ cores: number, write: (text: string) => void }} options
 * @returns {Promise<T[]>} in the order of the jobs; rejects at once if one of them does
 */
export async function runSideBySide(jobs, { cores, write }) {
  const waiting = [...jobs];
  const running = new Map();
  const results = new Map();
  const openVoice = shareOutput(write);
  const isReady = (job) =>
    (job.after ?? []).every((name) => jobs.some((each) => each.name === name && results.has(each)));
  const findNext = () => {
    const busy = [...running.keys()].reduce((sum, each) => sum + each.cores, 0);
    const next = waiting.find(isReady);
    return next && (busy === 0 || busy + next.cores <= cores) ? next : undefined;
  };
  const start = (job) => {
    waiting.splice(waiting.indexOf(job), 1);
    const voice = openVoice();
    const ended = job.run(voice.print).then((result) => {
      results.set(job, result);
      running.delete(job);
      voice.close();
    });
    running.set(job, ended);
  };
  while (waiting.length + running.size > 0) {
    for (let next = findNext(); next; next = findNext()) start(next);
    if (running.size === 0) throw new Error(`Nothing lets "${waiting[0].name}" start.`);
    await Promise.race(running.values());
  }
  return jobs.map((job) => results.get(job));
}

/**
 * One voice speaks at a time, as it goes: the one that was opened first. What the others say is kept and said in one
 * piece, when they end or when it is their turn.
 */
function shareOutput(write) {
  const open = [];
  let isAtLineStart = true;
  const say = (text) => {
    if (text === '') return;
    write(text);
    isAtLineStart = text.endsWith('\n');
  };
  const sayKept = (voice) => {
    if (!isAtLineStart) say('\n');
    say(voice.kept);
    voice.kept = '';
  };
  return () => {
    const voice = { kept: '' };
    open.push(voice);
    return {
      print(text) {
        if (voice === open[0]) say(text);
        else voice.kept += text;
      },
      close() {
        const wasSpeaking = voice === open[0];
        open.splice(open.indexOf(voice), 1);
        if (!wasSpeaking) sayKept(voice);
        else if (open[0]) sayKept(open[0]);
      },
    };
  };
}
