export declare function ensureTools(options?: { log?: (line: string) => void }): Promise<void>;
