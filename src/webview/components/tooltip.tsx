import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MarkedText } from './markedText.js';

interface TooltipProps {
  title: string;
  lines: readonly string[];
  /** The pointer, in the box that holds the tooltip. */
  x: number;
  y: number;
  size: { width: number; height: number };
}

/** Beside the pointer and inside the box. For the eye only: a screen reader hears the same elsewhere. */
export function Tooltip({ title, lines, x, y, size }: TooltipProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const [own, setOwn] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const { offsetWidth: width = 0, offsetHeight: height = 0 } = box.current ?? {};
    setOwn((old) => (old.width === width && old.height === height ? old : { width, height }));
  }, [title, lines.length]);
  useLayoutEffect(() => {
    const { style } = box.current ?? {};
    if (style === undefined) return;
    const left = x + 14 + own.width > size.width ? Math.max(0, x - 10 - own.width) : x + 14;
    const top = y + 16 + own.height > size.height ? Math.max(0, y - 10 - own.height) : y + 16;
    style.transform = `translate(${left}px, ${top}px)`;
  });
  return (
    <div ref={box} class="tooltip" aria-hidden="true">
      <div class="tooltip-title">
        <MarkedText text={title} />
      </div>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}
