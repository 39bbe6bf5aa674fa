// What `npm start` lets through to VS Code.
import { delimiter, sep } from 'node:path';

/** npm's own variables would mislead commands in the editor's terminal; an outer editor's would mislead the editor. */
const LEFT_OUT =
  /^(npm_|VSCODE_|CODE_SERVER_|ELECTRON_|INIT_CWD$|PASSWORD$|HASHED_PASSWORD$|BALEEN_KEY_FILE$|BALEEN_REHEARSAL$|BALEEN_VSIX$)/;

/**
 * The environment without the key, under whatever name it stands there, and without what npm added.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
export function listEditorEnvironment(env) {
  const key = readKey(env);
  const kept = Object.entries(env).filter(
    ([name, value]) =>
      value !== undefined && name !== 'DEEPSEEK_API_KEY' && !LEFT_OUT.test(name) && !(key && value.includes(key)),
  );
  const editorEnv = Object.fromEntries(kept);
  const folders = (env.PATH ?? '').split(delimiter);
  editorEnv.PATH = folders.filter((folder) => !folder.split(sep).includes('node_modules')).join(delimiter);
  return editorEnv;
}

/** @returns {string | undefined} the key, if one is set */
export function readKey(env) {
  return env.DEEPSEEK_API_KEY?.trim() || undefined;
}
