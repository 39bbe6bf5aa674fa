/** Where a text stands, if at one place only. */
export function findOnly(text: string, sought: string): number | undefined {
  if (sought === '') return undefined;
  // A last line without a line end is the same place.
  const at = `${text}\n`.indexOf(sought);
  return at === -1 || `${text}\n`.indexOf(sought, at + 1) !== -1 ? undefined : at;
}
