/** Output of a process as plain text: colours and cursor moves go, a line written over shows its last state. */

const sequences = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])/g;

const controls = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

export function readTerminalText(output: string): string {
  return output
    .replace(sequences, '')
    .replace(/\r+\n/g, '\n')
    .replace(/^[^\n]*\r(?=[^\n])/gm, '')
    .replace(controls, '\ufffd');
}

/** The last `lines` lines, and how many were left out before them. */
export function takeTail(text: string, lines: number): { tail: string; cutLines: number } {
  const all = text.replace(/\n$/, '').split('\n');
  const cutLines = Math.max(0, all.length - lines);
  return { tail: all.slice(cutLines).join('\n'), cutLines };
}
