export interface Job<T> {
  name: string;
  after?: string[];
  cores: number;
  run: (print: (text: string) => void) => Promise<T>;
}

export declare function runSideBySide<T>(
  jobs: Job<T>[],
  options: { cores: number; write: (text: string) => void },
): Promise<T[]>;
