export interface Outcome {
  passed: number;
  failed: number;
  failures: string[];
}

export interface VitestResult {
  numPassedTests: number;
  testResults: {
    name: string;
    message?: string;
    assertionResults: { fullName: string; status: string; failureMessages?: string[] }[];
  }[];
}

export declare function passOrFail(name: string, isPassed: boolean, why?: string): Outcome;
export declare function readVitestResult(name: string, result: VitestResult, exitCode: number | null): Outcome;
export declare function readPrintedResult(name: string, text: string, exitCode: number | null): Outcome;
export declare function printFailures(failures: string[]): string;
