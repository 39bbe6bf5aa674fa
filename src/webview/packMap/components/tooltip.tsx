import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { MarkedText } from '../../components/markedText.js';
import { formatCount, formatShare } from '../../format.js';
import type { MapModel, MapNode } from '../model.js';
import { reasonOf } from '../rowOrder.js';
import { stateNames, type Standing } from '../standing.js';

/** Tokens, share and state of a file; tokens and number of files of a folder. */
export function factsOf(model: MapModel, standing: Standing, node: MapNode): string[] {
  if (node.row >= 0) {
    const { row } = node;
    const tokens = standing.tokens[row] ?? 0;
    const whole = model.files.whole[row] ?? 0;
    const reason = reasonOf(model, row);
    const state = stateNames[standing.states[row] ?? 'withheld'];
    const would = whole === 0 ? 'no text to pack' : `would take about ${formatCount(whole, 'token')}`;
    return [
      tokens > 0
        ? `${formatCount(tokens, 'token')} · ${formatShare(tokens / Math.max(1, model.pack.tokens))} of the pack`
        : would,
      reason === '' ? state : `${state}: ${reason}`,
    ];
  }
  const sum = { tokens: 0, files: 0, left: 0 };
  addFolder(node, standing, sum);
  const left = sum.left === 0 ? '' : `, ${sum.left.toLocaleString('en-US')} left out`;
  return [
    `${formatCount(sum.tokens, 'token')} · ${formatShare(sum.tokens / Math.max(1, model.pack.tokens))} of the pack`,
    `${formatCount(sum.files, 'file')}${left}`,
  ];
}

export function describeNode(model: MapModel, standing: Standing, node: MapNode): string {
  return [node.path === '' ? 'All files' : node.path, ...factsOf(model, standing, node)].join(', ');
}

function addFolder(node: MapNode, standing: Standing, sum: { tokens: number; files: number; left: number }): void {
  for (const child of node.children) {
    if (child.row < 0) {
      addFolder(child, standing, sum);
      continue;
    }
    const tokens = standing.tokens[child.row] ?? 0;
    sum.tokens += tokens;
    if (tokens > 0) sum.files++;
    else sum.left++;
  }
}

export interface TooltipProps {
  model: MapModel;
  standing: Standing;
  node: MapNode;
  x: number;
  y: number;
  size: { width: number; height: number };
}

/** Beside the pointer and inside the map. For the eye only: the selection is what a screen reader hears of. */
export function Tooltip({ model, standing, node, x, y, size }: TooltipProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const [own, setOwn] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const { offsetWidth: width = 0, offsetHeight: height = 0 } = box.current ?? {};
    setOwn((old) => (old.width === width && old.height === height ? old : { width, height }));
  }, [node]);
  useLayoutEffect(() => {
    const { style } = box.current ?? {};
    if (style === undefined) return;
    const left = x + 14 + own.width > size.width ? Math.max(0, x - 10 - own.width) : x + 14;
    const top = y + 16 + own.height > size.height ? Math.max(0, y - 10 - own.height) : y + 16;
    style.transform = `translate(${left}px, ${top}px)`;
  });
  return (
    <div ref={box} class="tooltip" aria-hidden="true">
      <div class="tooltip-path">
        <MarkedText text={node.path} />
      </div>
      {factsOf(model, standing, node).map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}
