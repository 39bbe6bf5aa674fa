import type { RefObject, VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Item, PageState } from '../items.js';
import { groupRows, type Row } from '../rows.js';
import { EditsCard } from './editsCard.js';
import { Icon } from './icon.js';
import { ItemView } from './itemView.js';
import { StatusLine } from './statusLine.js';

/** So many rows are drawn at first; scrolling to the top brings more. */
const windowRows = 60;
/** This near to the end counts as the end. */
const endSlackPx = 24;
const topSlackPx = 200;
/** A scroll so long after a wheel, key or touch is still the user's; wheels turn on smoothly. */
const gestureMs = 1_000;

export function Transcript({ state }: { state: PageState }): VNode {
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const { isAtEnd, goToEnd, readScroll, noteGesture } = useFollowEnd(box, body, state.items);
  const rows = useMemo(() => groupRows(state.items), [state.items]);
  const { shown, hidden, showMore } = useWindow(box, rows);
  const onScroll = (): void => {
    readScroll();
    if (hidden > 0 && box.current && box.current.scrollTop < topSlackPx) showMore();
  };
  /** A press on the box itself is one on its scrollbar. */
  const noteScrollbar = (event: PointerEvent): void => {
    if (event.buttons !== 0 && event.target === box.current) noteGesture();
  };
  return (
    <div class="transcript-frame">
      <div
        class="transcript"
        ref={box}
        onScroll={onScroll}
        onWheel={noteGesture}
        onKeyDown={noteGesture}
        onTouchMove={noteGesture}
        onPointerDown={noteScrollbar}
        onPointerMove={noteScrollbar}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Conversation"
      >
        <div class="transcript-body" ref={body}>
          {hidden > 0 ? (
            <button type="button" class="text-button earlier" onClick={showMore}>
              Show earlier ({hidden.toLocaleString('en-US')})
            </button>
          ) : null}
          {shown.map((row) => (
            <RowView key={row.key} row={row} />
          ))}
          <StatusLine state={state} />
        </div>
      </div>
      {isAtEnd ? null : (
        <button type="button" class="jump" title="Go to the end" aria-label="Go to the end" onClick={goToEnd}>
          <Icon name="arrow-down" />
        </button>
      )}
    </div>
  );
}

function RowView({ row }: { row: Row }): VNode {
  return row.kind === 'edits' ? (
    <div class="item item-edits">
      <EditsCard row={row} />
    </div>
  ) : (
    <ItemView item={row} />
  );
}

interface FollowEnd {
  isAtEnd: boolean;
  goToEnd: () => void;
  readScroll: () => void;
  /** The user does something that may scroll. */
  noteGesture: () => void;
}

/** Keeps the end in view until the user scrolls up, and again once they are back. */
function useFollowEnd(
  box: RefObject<HTMLDivElement | null>,
  body: RefObject<HTMLDivElement | null>,
  items: readonly Item[],
): FollowEnd {
  const [isAtEnd, setAtEnd] = useState(true);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const lastGestureMs = useRef(-gestureMs);
  const goToEnd = (): void => {
    follows.current = true;
    setAtEnd(true);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const stay = (): void => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const readScroll = (): void => {
    if (!box.current) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const isNear = scrollHeight - scrollTop - clientHeight <= endSlackPx;
    // Content that grows or shrinks moves the end, too: only a way upward by the user's hand is the user's wish.
    const isByHand = performance.now() - lastGestureMs.current < gestureMs;
    if (isNear) follows.current = true;
    else if (isByHand && scrollTop < lastTop.current) follows.current = false;
    lastTop.current = scrollTop;
    setAtEnd(follows.current || isNear);
  };
  useLayoutEffect(stay, [items]);
  useEffect(() => {
    const observer = new ResizeObserver(stay);
    if (body.current) observer.observe(body.current);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const lastUserKey = items.findLast((item) => item.kind === 'user')?.key;
  useLayoutEffect(goToEnd, [lastUserKey]);
  const noteGesture = (): void => {
    lastGestureMs.current = performance.now();
  };
  return { isAtEnd, goToEnd, readScroll, noteGesture };
}

interface RowWindow {
  shown: readonly Row[];
  hidden: number;
  showMore: () => void;
}

/** The last rows of a long transcript; more come in front without moving what is read. */
function useWindow(box: RefObject<HTMLDivElement | null>, rows: readonly Row[]): RowWindow {
  const [size, setSize] = useState(windowRows);
  const fromEnd = useRef<number | undefined>(undefined);
  const firstKey = rows[0]?.key;
  useLayoutEffect(() => setSize(windowRows), [firstKey]);
  useLayoutEffect(() => {
    if (fromEnd.current === undefined || !box.current) return;
    box.current.scrollTop = box.current.scrollHeight - fromEnd.current;
    fromEnd.current = undefined;
  }, [size]);
  const hidden = Math.max(0, rows.length - size);
  const showMore = (): void => {
    if (box.current) fromEnd.current = box.current.scrollHeight - box.current.scrollTop;
    setSize(size + windowRows);
  };
  return { shown: hidden > 0 ? rows.slice(hidden) : rows, hidden, showMore };
}
