import { formatCount, formatShare } from '../format.js';
import type { MapModel, MapNode } from './model.js';
import { reasonOf } from './rowOrder.js';
import { stateNames, type Standing } from './standing.js';

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
