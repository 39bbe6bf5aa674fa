import type { ComponentChildren, VNode } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Icon } from './icon.js';

interface FoldProps {
  class?: string;
  head: ComponentChildren;
  /** Beside the head, outside the button that folds. */
  aside?: ComponentChildren;
  openAtFirst?: boolean;
  /** Opens or closes it as long as the user has not. */
  openNow?: boolean;
  children: () => ComponentChildren;
}

/** A head that opens and closes what is below it; what is closed is not drawn. */
export function Fold(props: FoldProps): VNode {
  const [chosen, setChosen] = useState<boolean | undefined>(undefined);
  const id = useId();
  const isOpen = chosen ?? props.openNow ?? props.openAtFirst ?? false;
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
        {props.aside}
      </div>
      <div id={id} class="fold-body" hidden={!isOpen}>
        {isOpen ? props.children() : null}
      </div>
    </div>
  );
}
