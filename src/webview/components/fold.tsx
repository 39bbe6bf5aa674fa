import type { ComponentChildren, VNode } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Icon } from './icon.js';

interface FoldProps {
  class?: string;
  head: ComponentChildren;
  /** Between the head and what folds; always shown. */
  below?: ComponentChildren;
  /** Opens or closes it as long as the user has not. */
  openNow?: boolean;
  children: () => ComponentChildren;
}

/** A head that opens and closes what is below it; what is closed is not drawn. */
export function Fold(props: FoldProps): VNode {
  const [chosen, setChosen] = useState<boolean | undefined>(undefined);
  const id = useId();
  const isOpen = chosen ?? props.openNow ?? false;
  return (
    <div class={`fold ${props.class ?? ''}${isOpen ? ' open' : ''}`}>
      <div class="fold-head">
        <button
          type="button"
          class="fold-button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setChosen(!isOpen)}
        >
          <span class="fold-mark">
            <Icon name="chevron-right" />
          </span>
          {props.head}
        </button>
      </div>
      {props.below}
      <div id={id} class="fold-body" hidden={!isOpen}>
        {isOpen ? props.children() : null}
      </div>
    </div>
  );
}
