import type { KeptOutput } from './host.js';

/** Head and tail as one text, with a line between them that says how much is missing. */
export function joinOutput({ head, tail, omittedBytes }: KeptOutput): string {
  if (omittedBytes === 0) return head + tail;
  const gap = `${head === '' || head.endsWith('\n') ? '' : '\n'}[${omittedBytes} bytes of output left out here]\n`;
  return head + gap + tail;
}
