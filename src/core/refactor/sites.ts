/** The places that a refactoring has to change: the model's list, each checked on disk, and looked at again afterwards. */
import { createHash } from 'node:crypto';
import type { Site } from '../../protocol/events.js';
import type { ReportedFinding } from '../agent/turn.js';
import { findQuote, type Stretch } from '../review/quotes.js';
import { decodeQuote, type ReadText } from '../review/workspaceTexts.js';

/** Equal reports of one file are taken for its places of that text, in order; those beyond are not on disk. */
export async function checkSites(reported: readonly ReportedFinding[], readText: ReadText): Promise<Site[]> {
  const sites: Site[] = [];
  const taken = new Map<string, number>();
  for (const { path, quote, message } of reported) {
    const file = await readText(path);
    const sought = file === undefined ? undefined : decodeQuote(quote, file.text);
    const known = file?.path ?? path;
    const key = `${known}\0${sought ?? quote}`;
    const nth = taken.get(key) ?? 0;
    taken.set(key, nth + 1);
    const place = file === undefined || sought === undefined ? undefined : findLinePlaces(file.text, sought)[nth];
    const id = createHash('sha256').update(`${key}\0${nth}`).digest('hex').slice(0, 16);
    const site: Site = { id, path: known, quote, reason: message, onDisk: place !== undefined };
    if (place !== undefined) site.place = { path: known, ...place };
    sites.push(site);
  }
  return sites;
}

/** Whole lines first: a line that is also a part of a longer one means itself. */
function findLinePlaces(text: string, quote: string): Stretch[] {
  const places = findQuote(text, quote);
  const lines = text.split(/\r?\n/);
  const whole = places.filter(({ startLine, startColumn, endLine, endColumn }) => {
    return (
      lines[startLine - 1]!.slice(0, startColumn).trim() === '' && lines[endLine - 1]!.slice(endColumn).trim() === ''
    );
  });
  return [...whole, ...places.filter((place) => !whole.includes(place))];
}

/** The sites whose text stands in its file as often as before: nothing has changed there. */
export async function findLeftSites(chosen: readonly Site[], before: ReadText, now: ReadText): Promise<Site[]> {
  const left: Site[] = [];
  const gone = new Map<string, number>();
  for (const site of chosen) {
    const key = `${site.path}\0${site.quote}`;
    if (!gone.has(key)) gone.set(key, (await countPlaces(site, before)) - (await countPlaces(site, now)));
    const rest = gone.get(key)!;
    if (rest > 0) gone.set(key, rest - 1);
    else left.push(site);
  }
  return left;
}

async function countPlaces({ path, quote }: Site, readText: ReadText): Promise<number> {
  const file = await readText(path);
  const sought = file === undefined ? undefined : decodeQuote(quote, file.text);
  return file === undefined || sought === undefined ? 0 : findQuote(file.text, sought).length;
}
