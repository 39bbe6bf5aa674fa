export interface PackVerification {
  differences: string[];
  /** Listed, withheld ones included. */
  files: number;
  tokens: number;
  /** Files that stand whole in the pack. */
  full: number;
  /** Those of them in which something was taken for a secret. */
  withSecrets: { path: string; kinds: string[] }[];
}
export function verifyPack(
  folder: string,
  options?: { budget?: number; countAll?: (texts: string[]) => Promise<number[]> },
): Promise<PackVerification>;
