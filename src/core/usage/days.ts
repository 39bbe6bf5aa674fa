/** `YYYY-MM-DD` of a moment, in local time: the day of caps and reports. */
export function localDay(epochMs: number): string {
  const at = new Date(epochMs);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The first moment of the local day so many days before the one of `epochMs`. */
export function startOfDay(epochMs: number, daysBefore = 0): number {
  const at = new Date(epochMs);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() - daysBefore).getTime();
}
