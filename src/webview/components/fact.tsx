import type { VNode } from 'preact';

/** One figure of a page's head: what it is, the figure, and more about it. */
export function Fact({ name, value, detail }: { name: string; value: string; detail: string }): VNode {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd class="fact-value">{value}</dd>
      <dd class="quiet">{detail}</dd>
    </div>
  );
}
