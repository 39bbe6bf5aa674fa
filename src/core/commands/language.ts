import type { Host } from '../host.js';
import type { ShellLanguage } from './shellParser.js';

/** By which grammar lines are judged; `undefined` where nobody here can read them, so that each asks. */
export function languageOf({ commands, platform }: Pick<Host, 'commands' | 'platform'>): ShellLanguage | undefined {
  const language = commands.language ?? (platform === 'win32' ? 'other' : 'bash');
  return language === 'other' ? undefined : language;
}
