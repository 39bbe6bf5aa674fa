import { createValueSearch, type ValueSearch } from './valueSearch.js';

/** More values than anybody has; a folder full of made-up ones must not fill the memory. */
const mostKept = 10_000;

/** Values of secrets met in files whose form alone proves them: no request body may hold one. */
export interface MetSecrets {
  readonly search: ValueSearch;
  add(values: readonly string[]): void;
}

export function createMetSecrets(): MetSecrets {
  const values = new Set<string>();
  const search = createValueSearch();
  return {
    search,
    add(given) {
      for (const value of given) {
        if (values.size >= mostKept) return;
        values.add(value);
        search.add(value);
      }
    },
  };
}
