/** A path as Windows and the case-insensitive systems would read it. */
export function normaliseName(path: string): string {
  return path
    .replace(/\\/g, '/')
    .replace(/\p{Cf}/gu, '')
    .split('/')
    .map((segment) => segment.replace(/:.*$/, '').replace(/[. ]+$/, ''))
    .filter((segment) => segment !== '')
    .join('/')
    .normalize('NFKC')
    .toLowerCase();
}
