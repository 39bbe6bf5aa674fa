/** Local days as `YYYY-MM-DD`: their arithmetic and their names. Days are reckoned in UTC, where none is 23 hours long. */

const dayMs = 86_400_000;

function toEpoch(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The last `count` days up to and including `last`, oldest first. */
export function listDays(last: string, count: number): string[] {
  const end = toEpoch(last);
  return Array.from({ length: count }, (_, index) =>
    new Date(end - (count - 1 - index) * dayMs).toISOString().slice(0, 10),
  );
}

/** A moment's local day. */
export function dayOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** How much of its local day is over at a moment, 0 to 1. */
export function shareOfDay(at: Date): number {
  return (at.getHours() * 60 + at.getMinutes()) / (24 * 60);
}

const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const long = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });

/** For instance "26 Nov". */
export function nameDay(day: string): string {
  return short.format(toEpoch(day));
}

/** For instance "Thu, 26 Nov". */
export function nameWeekday(day: string): string {
  return long.format(toEpoch(day));
}
