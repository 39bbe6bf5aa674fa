import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ToHost } from '../../protocol/sidebar.js';
import { splitBlocks } from '../blocks.js';
import type { AnswerItem } from '../items.js';
import { readCopy, readTarget, renderMarkdown } from '../markdown.js';
import { memo } from '../memo.js';
import { usePage } from '../pageContext.js';

/** An answer of the model. While it streams only its last block is parsed and drawn again. */
export function Answer({ item }: { item: AnswerItem }): VNode {
  const { post } = usePage();
  const settled = useRef<{ blocks: string[]; chars: number }>({ blocks: [], chars: 0 });
  if (item.text.length < settled.current.chars) settled.current = { blocks: [], chars: 0 };
  const rest = splitBlocks(item.text.slice(settled.current.chars));
  const last = rest.pop();
  if (rest.length > 0) {
    const chars = settled.current.chars + rest.reduce((sum, block) => sum + block.length, 0);
    settled.current = { blocks: [...settled.current.blocks, ...rest], chars };
  }
  const blocks = last === undefined ? settled.current.blocks : [...settled.current.blocks, last];
  return (
    <div
      class={`answer${item.live ? ' live' : ''}`}
      role="article"
      aria-label="Baleen"
      onClick={(event) => openTarget(event, post)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') openTarget(event, post);
      }}
    >
      {blocks.map((block, i) => (
        <Block key={i} text={block} />
      ))}
    </div>
  );
}

const Block = memo(function BlockView({ text }: { text: string }): VNode {
  return <BlockBody text={text} />;
});

function BlockBody({ text }: { text: string }): VNode {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current?.replaceChildren(renderMarkdown(text)), [text]);
  return <div class="block" ref={place} />;
}

function openTarget(event: Event, post: (message: ToHost) => void): void {
  const clicked = event.target instanceof Element ? event.target : undefined;
  const button = clicked?.closest('button.copy');
  if (button) {
    if (event.type === 'click') copyCode(button);
    return;
  }
  const element = clicked?.closest('a, code.link');
  if (!element) return;
  event.preventDefault();
  const target = readTarget(element);
  if (target?.kind === 'url') post({ type: 'open_url', url: target.url });
  if (target?.kind === 'file') {
    post({ type: 'open_file', path: target.path, ...(target.line === undefined ? {} : { line: target.line }) });
  }
}

function copyCode(button: Element): void {
  const icon = button.firstElementChild;
  const show = (name: string, label: string): void => {
    icon?.setAttribute('class', `codicon codicon-${name}`);
    button.setAttribute('aria-label', label);
  };
  navigator.clipboard.writeText(readCopy(button) ?? '').then(
    () => {
      show('check', 'Copied');
      setTimeout(() => show('copy', 'Copy code'), 1500);
    },
    () => show('error', 'The clipboard refused the text'),
  );
}
