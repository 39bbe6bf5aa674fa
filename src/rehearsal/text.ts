export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** As code in Markdown. */
export function quote(text: string): string {
  return text.includes('`') || text.includes('\n') ? JSON.stringify(text) : `\`${text}\``;
}
