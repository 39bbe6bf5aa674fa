/** Where a quote stands in a text that may have moved since: the occurrence nearest to the old offset. */
export function findQuote(text: string, quote: string, nearOffset: number): number | undefined {
  const wanted = text.includes('\r\n') ? quote.replace(/\r?\n/g, '\r\n') : quote;
  if (wanted === '') return undefined;
  let best: number | undefined;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    if (best !== undefined && Math.abs(at - nearOffset) >= Math.abs(best - nearOffset)) break;
    best = at;
  }
  return best;
}
