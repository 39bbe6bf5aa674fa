export declare function ensureSandbox(options?: { log?: (line: string) => void }): Promise<void>;
