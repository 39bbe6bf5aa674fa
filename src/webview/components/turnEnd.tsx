import { formatCost } from '../../protocol/money.js';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { Outcome } from '../../protocol/events.js';
import { outcomeTexts } from '../applyEvent.js';
import { formatCount, formatDuration } from '../format.js';
import type { TurnEndItem } from '../items.js';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';
import { PathLink } from './pathLink.js';

const outcomeIcons: Record<Outcome, string> = {
  done: 'pass-filled',
  findings: 'checklist',
  failed: 'error',
  bad_usage: 'error',
  verification_failed: 'error',
  cap_reached: 'warning',
  refused: 'warning',
  overflow: 'warning',
  api_refused: 'error',
  cancelled: 'circle-slash',
};

export function TurnEnd({ item }: { item: TurnEndItem }): VNode {
  const { end } = item;
  const facts = [describeOutcome(end), formatDuration(end.durationMs), formatCost(end.cost)];
  return (
    <div class={`turn-end outcome-${end.outcome}`}>
      <div class="turn-end-head">
        <Icon name={outcomeIcons[end.outcome]} />
        <span class="line-text">{facts.join(' · ')}</span>
        <UndoButton item={item} />
      </div>
      <Files label="changed" paths={end.changed} />
      <Files label="written by commands" paths={end.changedByCommands} />
    </div>
  );
}

/** What was refused before anything was sent is not done. */
function describeOutcome({ outcome, usage, changed }: TurnEndItem['end']): string {
  const isNothing = usage.cacheHitTokens + usage.cacheMissTokens === 0 && changed.length === 0;
  return outcome === 'refused' && isNothing ? 'Nothing was sent' : outcomeTexts[outcome];
}

/** The second click of a double click asks for nothing. */
const doubleClickMs = 500;

function UndoButton({ item }: { item: TurnEndItem }): VNode | null {
  const { post } = usePage();
  const sentMs = useRef(-doubleClickMs);
  const { checkpoint } = item.end;
  if (checkpoint === undefined) return null;
  const undo = (): void => {
    if (performance.now() - sentMs.current < doubleClickMs) return;
    sentMs.current = performance.now();
    post({ type: 'undo_turn', checkpoint });
  };
  if (item.undone) {
    return (
      <button type="button" class="text-button" disabled>
        <Icon name="discard" /> Undone
      </button>
    );
  }
  return (
    <button type="button" class="text-button" onClick={undo} title="Bring back the files as they were before this turn">
      <Icon name="discard" /> Undo
    </button>
  );
}

const shownPaths = 12;

function Files({ label, paths }: { label: string; paths: readonly string[] }): VNode | null {
  if (paths.length === 0) return null;
  return (
    <div class="tool-facts">
      <span>
        {formatCount(paths.length, 'file')} {label}:
      </span>
      {paths.slice(0, shownPaths).map((path) => (
        <PathLink key={path} path={path} />
      ))}
      {paths.length > shownPaths ? <span>and {paths.length - shownPaths} more</span> : null}
    </div>
  );
}
