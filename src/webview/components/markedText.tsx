import type { VNode } from 'preact';
import { markInvisible } from '../invisible.js';

/** Text with everything invisible in it spelled out. */
export function MarkedText({ text, foreign = false }: { text: string; foreign?: boolean }): VNode {
  return (
    <>
      {markInvisible(text).map((segment, i) => {
        if (segment.kind === 'mark') {
          return (
            <span key={i} class="mark" title="A character that is not visible">
              {segment.text}
            </span>
          );
        }
        if (segment.kind === 'foreign' && foreign) {
          return (
            <span key={i} class="foreign" title={`${segment.code ?? ''}, not an ASCII character`}>
              {segment.text}
            </span>
          );
        }
        return segment.text;
      })}
    </>
  );
}
