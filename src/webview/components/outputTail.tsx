import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { formatCount } from '../format.js';
import { readTerminalText, takeTail } from '../terminalText.js';

const shownLines = 400;

/** What a process printed: its last lines, scrolled to the end as long as it runs. */
export function OutputTail({ text, cutChars, live }: { text: string; cutChars: number; live: boolean }): VNode {
  const box = useRef<HTMLPreElement>(null);
  const { tail, cutLines } = takeTail(readTerminalText(text), shownLines);
  useLayoutEffect(() => {
    if (box.current && live) box.current.scrollTop = box.current.scrollHeight;
  }, [tail, live]);
  return (
    <div class="output">
      {cutChars > 0 || cutLines > 0 ? (
        <div class="cut-note">
          {cutChars > 0 ? 'Only the end is shown' : `The ${formatCount(cutLines, 'line')} before are not shown`}
        </div>
      ) : null}
      <pre ref={box} class="output-text" tabIndex={0} aria-label="Output">
        {tail}
      </pre>
    </div>
  );
}
