import type { RefObject, VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../../components/icon.js';
import { MarkedText } from '../../components/markedText.js';
import { formatCount } from '../../format.js';
import type { MapModel, MapNode } from '../model.js';
import { sortRows, type Column, type Sorting } from '../rowOrder.js';
import { stateNames, type Standing } from '../standing.js';

export interface FileTableProps {
  model: MapModel;
  standing: Standing;
  folder: MapNode;
  /** Unsorted. */
  rows: readonly number[];
  reasonOf: (model: MapModel, row: number) => string;
  /** The rows are all of the pack's, so that their sum can be told with the whole. */
  isWhole: boolean;
  /** Files that have a reason are among those shown. */
  hasReasons: boolean;
  selected: MapNode | undefined;
  onSelect: (row: number) => void;
  onOpen: (node: MapNode) => void;
  onMenu: (node: MapNode, x: number, y: number) => void;
}

const rowHeight = 24;
const headHeight = 28;
/** Rows beyond the visible ones, so that a fast scroll shows no gap. */
const overscan = 12;
const pageRows = 20;

interface ColumnHead {
  column: Column;
  label: string;
  numeric?: true;
}

const columns: readonly ColumnHead[] = [
  { column: 'path', label: 'Path' },
  { column: 'tokens', label: 'Tokens', numeric: true },
  { column: 'share', label: 'Share', numeric: true },
  { column: 'state', label: 'State' },
  { column: 'language', label: 'Language' },
  { column: 'reason', label: 'Reason' },
];

/** The same files as rows. Only those in sight are in the document; the counts tell a screen reader of all of them. */
export function FileTable(props: FileTableProps): VNode {
  const { model, standing, rows, selected, hasReasons } = props;
  const shown = hasReasons ? columns : columns.filter(({ column }) => column !== 'reason');
  const [sorting, setSorting] = useState<Sorting>({ column: 'tokens', descending: true });
  const sorted = useMemo(() => sortRows(model, standing, rows, sorting), [model, standing, rows, sorting]);
  const box = useRef<HTMLDivElement>(null);
  const current = selected === undefined || selected.row < 0 ? -1 : sorted.indexOf(selected.row);
  const { first, last, look } = useSight(box, sorted.length, current, selected);

  const select = (index: number): void => {
    const row = sorted[Math.max(0, Math.min(sorted.length - 1, index))];
    if (row !== undefined) props.onSelect(row);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const node = selected !== undefined && current >= 0 ? selected : undefined;
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current < 0 ? 0 : current - 1,
      PageDown: current + pageRows,
      PageUp: current - pageRows,
      Home: 0,
      End: sorted.length - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) select(move);
    else if (event.key === 'Enter' && node !== undefined) props.onOpen(node);
    else if ((event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) && node !== undefined) {
      const at = document.getElementById(`row-${node.row}`)?.getBoundingClientRect();
      props.onMenu(node, (at?.left ?? 0) + 24, at?.bottom ?? 0);
    } else return;
    event.preventDefault();
  };
  return (
    <section class="table-pane" aria-label="Files">
      <div
        ref={box}
        class={`grid${hasReasons ? ' with-reasons' : ''}`}
        role="grid"
        aria-label="Files of the pack"
        aria-rowcount={sorted.length + 1}
        aria-colcount={shown.length}
        aria-multiselectable="false"
        tabIndex={0}
        {...(current >= 0 ? { 'aria-activedescendant': `row-${selected?.row ?? ''}` } : {})}
        onScroll={look}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.target === event.currentTarget && current < 0 && sorted.length > 0) select(0);
        }}
      >
        <HeadRow columns={shown} sorting={sorting} onSort={setSorting} />
        <div class="grid-body" role="rowgroup" style={{ height: `${sorted.length * rowHeight}px` }}>
          {sorted.slice(first, last).map((row, offset) => (
            <FileRow key={row} {...props} row={row} index={first + offset} isCurrent={first + offset === current} />
          ))}
        </div>
        {sorted.length === 0 && <p class="nothing quiet">No file matches.</p>}
      </div>
      <Sum {...props} />
    </section>
  );
}

/** From which row to which the document has them, of `count`. The current one is brought into sight when it changes. */
function useSight(
  box: RefObject<HTMLDivElement | null>,
  count: number,
  current: number,
  selected: MapNode | undefined,
): { first: number; last: number; look: () => void } {
  const [{ top, height }, setView] = useState({ top: 0, height: 600 });
  const look = (): void => {
    const { scrollTop: top = 0, clientHeight: height = 600 } = box.current ?? {};
    setView((old) => (old.top === top && old.height === height ? old : { top, height }));
  };
  useEffect(() => {
    look();
    const observer = new ResizeObserver(look);
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (box.current === null || current < 0) return;
    const { scrollTop, clientHeight } = box.current;
    const top = current * rowHeight;
    const room = clientHeight - headHeight;
    if (top < scrollTop) box.current.scrollTop = top;
    else if (top + rowHeight > scrollTop + room) box.current.scrollTop = top + rowHeight - room;
    look();
  }, [current, selected]);
  const first = Math.max(0, Math.floor(top / rowHeight) - overscan);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + overscan);
  return { first, last, look };
}

interface HeadRowProps {
  columns: readonly ColumnHead[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
}

/** A second click turns the order round; numbers begin with the largest. */
function HeadRow({ columns: shown, sorting, onSort }: HeadRowProps): VNode {
  const sortBy = (column: Column, numeric: boolean): void =>
    onSort({ column, descending: sorting.column === column ? !sorting.descending : numeric });
  return (
    <div class="grid-row grid-head" role="row" aria-rowindex={1}>
      {shown.map(({ column, label, numeric }) => (
        <div
          key={column}
          role="columnheader"
          class={numeric ? 'numeric' : ''}
          aria-sort={sorting.column !== column ? 'none' : sorting.descending ? 'descending' : 'ascending'}
        >
          <button type="button" class="sort" onClick={() => sortBy(column, numeric === true)}>
            {label}
            {sorting.column === column && <Icon name={sorting.descending ? 'arrow-down' : 'arrow-up'} />}
          </button>
        </div>
      ))}
    </div>
  );
}

interface FileRowProps extends FileTableProps {
  row: number;
  index: number;
  isCurrent: boolean;
}

function FileRow(props: FileRowProps): VNode {
  const { model, standing, row, index, isCurrent, hasReasons, reasonOf } = props;
  const path = model.files.paths[row] ?? '';
  const state = standing.states[row] ?? 'withheld';
  const tokens = standing.tokens[row] ?? 0;
  const whole = model.files.whole[row] ?? 0;
  const share = (100 * tokens) / Math.max(1, model.pack.tokens);
  const end = path.lastIndexOf('/') + 1;
  const node = model.leaves[row]!;
  return (
    <div
      id={`row-${row}`}
      class={`grid-row state-${state}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isCurrent}
      style={{ top: `${index * rowHeight}px` }}
      onClick={() => props.onSelect(row)}
      onDblClick={() => props.onOpen(node)}
      onContextMenu={(event) => {
        event.preventDefault();
        props.onMenu(node, event.clientX, event.clientY);
      }}
    >
      <div role="gridcell" class="path" title={path}>
        <bdi>
          <span class="path-name">
            <MarkedText text={path.slice(end)} />
          </span>
          {end > 0 && (
            <span class="path-folder">
              <MarkedText text={path.slice(0, end - 1)} />
            </span>
          )}
        </bdi>
      </div>
      <div role="gridcell" class="numeric">
        {tokens > 0 ? tokens.toLocaleString('en-US') : whole > 0 ? <Would tokens={whole} /> : '–'}
      </div>
      <div role="gridcell" class="numeric">
        {tokens > 0 ? `${share.toFixed(share < 0.1 ? 2 : 1)} %` : '–'}
      </div>
      <div role="gridcell">{stateNames[state]}</div>
      <div role="gridcell">{model.languages[row]}</div>
      {hasReasons && <div role="gridcell">{reasonOf(model, row)}</div>}
    </div>
  );
}

function Would({ tokens }: { tokens: number }): VNode {
  return (
    <span class="would" title="What it would take in the pack, about">
      ({tokens.toLocaleString('en-US')})
    </span>
  );
}

/** Adds up to what the head says, to the token. */
function Sum({ model, standing, rows, isWhole }: FileTableProps): VNode {
  const tokens = rows.reduce((sum, row) => sum + (standing.tokens[row] ?? 0), 0);
  const { frameTokens, tokens: all } = model.pack;
  return (
    <p class="table-sum quiet">
      {formatCount(rows.length, 'file')}, {formatCount(tokens, 'token')}
      {isWhole && ` + ${frameTokens.toLocaleString('en-US')} of frame and lists = ${all.toLocaleString('en-US')}`}
    </p>
  );
}
