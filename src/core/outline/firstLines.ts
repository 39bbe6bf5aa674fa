const mostLines = 5;
const mostChars = 320;

/** The beginning of a view, for files without an outline: a few whole lines, or a part of the first. Never empty lines only. */
export function firstLinesOf(view: string): string {
  const start = view.search(/\S/);
  if (start < 0) return '';
  const from = view.lastIndexOf('\n', start) + 1;
  const lines: string[] = [];
  let room = mostChars;
  for (const line of view.slice(from, from + mostChars * 2).split('\n', mostLines)) {
    const shown = line.trimEnd();
    if (shown.length > room) break;
    room -= shown.length;
    lines.push(shown);
  }
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\n`).join('');
}
