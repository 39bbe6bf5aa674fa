export interface PackVerification {
  differences: string[];
  files: number;
  tokens: number;
}
export function verifyPack(folder: string, options?: { budget?: number }): PackVerification;
