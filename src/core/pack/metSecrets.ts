/** More values than anybody has; a folder full of made-up ones must not fill the memory. */
const mostKept = 10_000;

/** Values of secrets met in files whose form alone proves them: no request body may hold one. */
export interface MetSecrets {
  readonly values: ReadonlySet<string>;
  add(values: readonly string[]): void;
}

export function createMetSecrets(): MetSecrets {
  const values = new Set<string>();
  return {
    values,
    add(given) {
      for (const value of given) if (values.size < mostKept) values.add(value);
    },
  };
}
