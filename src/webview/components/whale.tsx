import type { VNode } from 'preact';

/** The same drawing as media/icon.svg, in the colour of the text. */
export function Whale(): VNode {
  return (
    <svg
      class="whale"
      aria-hidden="true"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d="M1.5 12c.4-3.2 3.6-5.4 7.7-5.4 5 0 7.3 3.5 9.5 5.9.9 1 1.9.8 2-.6" />
      <path d="M20.7 11.900c-1.7-.2-2.9-1.3-3.1-3 1.7-.1 2.9.9 3.3 2 .1-1.2.9-2.4 2.3-2.7.3 1.7-.7 3.3-2.5 3.700Z" />
      <path d="M1.5 12c.2 4.1 3.7 7 8.4 7 5.3 0 9.3-2.5 10.5-6.4" />
      <path d="M1.5 12c3 1.6 6.6 1.8 10.1.7" />
      <path d="M4 13.300v3.200M6.5 13.900v4.200M9 13.900v4.900M11.4 13.300l.6 5" />
      <path d="M12.5 10.200h.01" stroke-width="2" />
      <path d="M8.8 4.600V3.800c0-1-.7-1.8-1.9-1.800M8.8 3.800c0-1 .7-1.8 1.9-1.8" />
    </svg>
  );
}
