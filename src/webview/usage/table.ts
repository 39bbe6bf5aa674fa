/** A table as data: drawn beside its plot, and copied as CSV. */

export interface Cell {
  text: string;
  /** What CSV has: numbers without signs and separators. */
  value: string | number;
}

export interface Row {
  /** The day of the plot that it belongs to, as an index; absent for rows that are of no one day. */
  day?: number;
  cells: Cell[];
}

export interface Table {
  caption: string;
  columns: readonly { label: string; isNumeric: boolean }[];
  /** Newest first. */
  rows: Row[];
  /** The sums of the columns. */
  foot?: Cell[];
}

/** By RFC 4180, with a line of names. */
export function toCsv({ columns, rows, foot }: Table): string {
  const lines = [columns.map(({ label }) => label), ...[...rows.map(({ cells }) => cells), foot ?? []].map(valuesOf)];
  return lines
    .filter((line) => line.length > 0)
    .map((line) => `${line.map(quote).join(',')}\r\n`)
    .join('');
}

function valuesOf(cells: readonly Cell[]): (string | number)[] {
  return cells.map(({ value }) => value);
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe. */
function quote(value: string | number): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(12)));
  const text = /^[=+\-@]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
