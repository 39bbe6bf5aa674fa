/** API keys in VS Code's secret storage, each bound to the origin for which it was entered. */
import { readFile, rm } from 'node:fs/promises';
import type * as vscode from 'vscode';

export interface Keys {
  read(origin: string): Promise<string | undefined>;
  store(origin: string, key: string): Promise<void>;
  remove(origin: string): Promise<void>;
  /** Takes the key of a one-time file (`BALEEN_KEY_FILE`) over; the file is gone afterwards. */
  takeFile(path: string, origin: string): Promise<boolean>;
}

export function createKeys(secrets: vscode.SecretStorage): Keys {
  const nameOf = (origin: string): string => `baleen.key ${origin}`;
  const store = async (origin: string, key: string): Promise<void> => secrets.store(nameOf(origin), key);
  return {
    read: async (origin) => secrets.get(nameOf(origin)),
    store,
    remove: async (origin) => secrets.delete(nameOf(origin)),
    async takeFile(path, origin) {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch {
        return false;
      } finally {
        await rm(path, { force: true });
      }
      const key = text.trim();
      if (findKeyTrouble(key) !== undefined) return false;
      await store(origin, key);
      return true;
    },
  };
}

/** A sentence if this cannot be a key: what stands in a header must not break it. */
export function findKeyTrouble(key: string): string | undefined {
  if (key === '') return 'Enter a key.';
  if (!/^[\x21-\x7e]+$/.test(key)) return 'A key has only letters, digits and signs, without spaces or line ends.';
  if (key.length < 8 || key.length > 512) return 'This is too short or too long for a key.';
  return undefined;
}
