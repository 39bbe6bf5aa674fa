export interface PackVerification {
  differences: string[];
  /** Listed, withheld ones included. */
  files: number;
  /** With their text in the pack. */
  counted: number;
  tokens: number;
}
export function verifyPack(
  folder: string,
  options?: { budget?: number; countAll?: (texts: string[]) => Promise<number[]> },
): Promise<PackVerification>;
