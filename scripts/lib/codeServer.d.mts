import type { HostPaths } from '../installHost.mjs';

export interface CodeServerOptions {
  host: HostPaths;
  configFile: string;
  auth: 'none' | 'password';
  port: number;
  dataFolder: string;
  extensionsFolder: string;
  logFile: string;
  env: Record<string, string | undefined>;
  trustEverything?: boolean;
  testDriver?: boolean;
  under?: string[];
}

export interface CodeServer {
  /** For instance "http://127.0.0.1:8090". */
  address: string;
  port: number;
  pid: number;
  ended: Promise<unknown>;
  stop: () => Promise<void>;
  readLogTail: () => Promise<string>;
}

export declare const QUIET_SETTINGS: Readonly<Record<string, unknown>>;
export declare function startCodeServer(options: CodeServerOptions): Promise<CodeServer>;
export declare function installVsix(
  options: Pick<CodeServerOptions, 'host' | 'dataFolder' | 'extensionsFolder' | 'configFile' | 'env'> & {
    vsixFile: string;
  },
): Promise<void>;
export declare function findFreePort(preferred?: number): Promise<number>;
export declare function settingsFileIn(dataFolder: string): string;
