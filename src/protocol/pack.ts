/** What `baleen pack --json` prints, and what the editor shows of a pack. */

/** How a file stands in the pack: whole, or named with its size only. */
export type StandsAs = 'full' | 'listed';

/** Why a file's text is not in the pack. */
export type WithheldReason =
  | 'binary'
  | 'secret file'
  | 'unknown encoding'
  | 'too large'
  | 'symbolic link'
  | 'not a regular file'
  | 'submodule or nested repository'
  | 'unreadable';

export interface PackedFile {
  path: string;
  /** DeepSeek tokens as sent, frame included; these and `frameTokens` add up to `tokens` of the whole. */
  tokens: number;
  /** DeepSeek tokens of the file's view alone. */
  contentTokens: number;
  as: StandsAs;
}

export interface PackReport {
  /** Absolute path of the folder. */
  root: string;
  /** Id of the snapshot: the frame mark, 16 hex digits. */
  snapshot: string;
  /** SHA-256 of the pack message's UTF-8 bytes. */
  sha256: string;
  /** DeepSeek tokens of the whole pack message. */
  tokens: number;
  /** Tokens of the message's own head and foot, lists included. */
  frameTokens: number;
  budget: number;
  tokenizer: 'deepseek';
  files: PackedFile[];
  withheld: { path: string; why: WithheldReason; bytes: number }[];
}
