import type { VNode } from 'preact';
import { usePage } from '../pageContext.js';
import { MarkedText } from './markedText.js';

export function PathLink({ path, line }: { path: string; line?: number }): VNode {
  const { post } = usePage();
  return (
    <button
      type="button"
      class="path-link"
      title={`Open ${path}`}
      onClick={() => post({ type: 'open_file', path, ...(line === undefined ? {} : { line }) })}
    >
      <MarkedText text={line === undefined ? path : `${path}:${line}`} />
    </button>
  );
}
