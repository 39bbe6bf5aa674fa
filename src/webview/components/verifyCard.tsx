import type { VNode } from 'preact';
import { formatDuration } from '../format.js';
import type { VerifyItem } from '../items.js';
import { Fold } from './fold.js';
import { Icon } from './icon.js';
import { OutputTail } from './outputTail.js';
import { CommandEnd } from './toolCard.js';

export function VerifyCard({ item }: { item: VerifyItem }): VNode {
  const { end } = item;
  const isGreen = end?.exitCode === 0;
  const status = end === undefined ? 'running' : isGreen ? 'done' : 'failed';
  const head = (
    <>
      <Icon name="beaker" />
      <span class="tool-title" title={item.command}>
        Verify{item.round > 1 ? `, round ${item.round}` : ''}: <code>{item.command}</code>
      </span>
      <span class={`tool-status status-${status}`}>
        <Icon name={end === undefined ? 'loading' : isGreen ? 'check' : 'error'} spin={end === undefined} />
        <span class="sr-only">{status}</span>
      </span>
    </>
  );
  const facts = end ? (
    <div class="tool-facts">
      <CommandEnd exitCode={end.exitCode} />
      <span>{formatDuration(end.durationMs)}</span>
    </div>
  ) : null;
  if (end === undefined || end.output === '') {
    return (
      <div class={`tool tool-${status} bare`}>
        <div class="fold-button still">{head}</div>
        {facts}
      </div>
    );
  }
  return (
    <div class={`tool tool-${status}`}>
      <Fold head={head} below={facts} openNow={!isGreen}>
        {() => <OutputTail text={end.output} cutChars={0} live={false} />}
      </Fold>
    </div>
  );
}
