import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Post } from '../post.js';
import { toCsv, type Cell, type Table } from '../table.js';

export interface DataTableProps {
  table: Table;
  current?: number | undefined;
  onCurrent?: (day: number | undefined) => void;
  post: Post;
}

/** The figures of a plot. The box scrolls, by the keyboard too. */
export function DataTable({ table, current, onCurrent, post }: DataTableProps): VNode {
  const { caption, columns, rows, foot } = table;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const row = current === undefined ? null : box.current?.querySelector<HTMLElement>(`[data-day="${current}"]`);
    if (box.current !== null && row) showRow(box.current, row);
  }, [current]);
  const cellOf = (cell: Cell, column: number): VNode => (
    <td key={column} class={columns[column]?.isNumeric === true ? 'numeric' : ''}>
      {cell.text}
    </td>
  );
  return (
    <div class="data">
      <div ref={box} class="data-scroll" role="region" aria-label={caption} tabIndex={0}>
        <table>
          <caption class="sr-only">{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ label, isNumeric }) => (
                <th key={label} scope="col" class={isNumeric ? 'numeric' : ''}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ day, cells }, index) => (
              <tr
                key={index}
                {...(day === undefined ? {} : { 'data-day': day })}
                class={day !== undefined && day === current ? 'current' : ''}
                onPointerEnter={() => onCurrent?.(day)}
                onPointerLeave={() => onCurrent?.(undefined)}
              >
                {cells.map(cellOf)}
              </tr>
            ))}
          </tbody>
          {foot !== undefined && (
            <tfoot>
              <tr>{foot.map(cellOf)}</tr>
            </tfoot>
          )}
        </table>
      </div>
      <CopyButton table={table} post={post} />
    </div>
  );
}

/** Scrolls the box, and never the page: the row is between the head and the sums, which stay in sight. */
function showRow(box: HTMLElement, row: HTMLElement): void {
  const above = box.querySelector('thead')?.offsetHeight ?? 0;
  const below = box.querySelector('tfoot')?.offsetHeight ?? 0;
  const end = row.offsetTop + row.offsetHeight;
  if (row.offsetTop - above < box.scrollTop) box.scrollTop = row.offsetTop - above;
  else if (end + below > box.scrollTop + box.clientHeight) box.scrollTop = end + below - box.clientHeight;
}

const saidMs = 2000;

function CopyButton({ table, post }: { table: Table; post: Post }): VNode {
  const [copied, setCopied] = useState(0);
  useEffect(() => {
    if (copied === 0) return undefined;
    const timer = setTimeout(() => setCopied(0), saidMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    post({ type: 'copy', text: toCsv(table) });
    setCopied(copied + 1);
  };
  return (
    <button type="button" class="text-button" aria-label={`Copy as CSV: ${table.caption}`} onClick={copy}>
      <span role="status">{copied > 0 ? 'Copied' : 'Copy as CSV'}</span>
    </button>
  );
}
