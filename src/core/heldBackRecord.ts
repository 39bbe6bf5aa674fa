/** What stands on disk of files that are held back and not decided about. */
import * as z from 'zod';

const schema = z.strictObject({
  /** Of the process that asks about it. */
  owner: z.string(),
  command: z.string(),
  /** Workspace paths. */
  paths: z.array(z.string()).min(1),
});

export type HeldBackRecord = z.infer<typeof schema>;

/** Throws at what is none. */
export function parseHeldBackRecord(text: string): HeldBackRecord {
  return schema.parse(JSON.parse(text));
}
