import type { ToolContext } from './tool.js';

/** A sentence if a file is kept from the model: ignored, secret, or nothing that can be read as text. */
export async function findReadTrouble(context: ToolContext, relative: string): Promise<string | undefined> {
  const { files } = await context.turn.packer.list({ paths: [relative] });
  const entry = files.find(({ path }) => path === relative);
  if (entry === undefined) return `${relative} is left out by the ignore rules, so it is not read.`;
  switch (entry.withheld) {
    case undefined:
    // A large file is read in parts.
    case 'too large':
      return undefined;
    case 'secret file':
      return `${relative} holds secrets, which stay on the user's machine.`;
    default:
      return `${relative} is withheld (${entry.withheld}), so it is not read as text.`;
  }
}
