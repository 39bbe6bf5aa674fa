/** What programs on Windows write in where it is not UTF-8: the console's code page. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const byCodePage: Readonly<Record<string, string>> = {
  ...{ 866: 'ibm866', 874: 'windows-874', 932: 'shift_jis', 936: 'gb18030', 949: 'euc-kr', 950: 'big5' },
  ...{ 1250: 'windows-1250', 1251: 'windows-1251', 1252: 'windows-1252', 1253: 'windows-1253', 1254: 'windows-1254' },
  ...{ 20866: 'koi8-r', 54936: 'gb18030' },
};

/** `undefined` where the command's locale says it. */
export async function readConsoleEncodings(): Promise<readonly string[] | undefined> {
  if (process.platform !== 'win32') return undefined;
  const { stdout } = await run('chcp.com', { windowsHide: true }).catch(() => ({ stdout: '' }));
  return encodingsOfCodePage(stdout);
}

/** `chcp` answers in the system's language; the number stands last. */
export function encodingsOfCodePage(answer: string): readonly string[] {
  const encoding = byCodePage[/(\d+)\D*$/.exec(answer)?.[1] ?? ''];
  return encoding === undefined ? [] : [encoding];
}
