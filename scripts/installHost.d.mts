export declare const CODE_SERVER_VERSION: string;

export interface HostPaths {
  folder: string;
  /** Node 24. */
  node: string;
  /** The script that Node 24 starts. */
  codeServer: string;
}

export interface EnsureOptions {
  /** Takes progress lines; by default they go to stderr. */
  log?: (line: string) => void;
}

export declare function ensureHost(options?: EnsureOptions & { root?: string }): Promise<HostPaths>;
export declare function ensureBrowser(options?: EnsureOptions): Promise<string>;
