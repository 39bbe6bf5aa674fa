/** What a link of the model may do. Anything else is inert. */
export type LinkTarget =
  | { kind: 'url'; url: string; host: string; queryChars: number }
  | { kind: 'file'; path: string; line?: number }
  | { kind: 'inert'; why: string };

/** A query this long can carry data out of the conversation. */
export const longQueryChars = 200;

const scheme = /^[a-z][a-z0-9+.-]*:/i;
const lineSuffix = /(?:#L?|:)(\d{1,7})(?:(?:-L?|[:,])\d{1,7})?$/;

export function classifyLink(href: string): LinkTarget {
  const address = href.replace(/[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, '');
  if (address === '' || address.startsWith('#')) return { kind: 'inert', why: 'it leads nowhere' };
  if (/^https?:\/\//i.test(address)) return classifyUrl(address);
  const withoutLine = address.replace(lineSuffix, '');
  if (scheme.test(withoutLine) || withoutLine.startsWith('//') || withoutLine.includes('\\')) {
    return { kind: 'inert', why: 'only web addresses and files of the workspace open' };
  }
  return classifyPath(address);
}

function classifyUrl(address: string): LinkTarget {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return { kind: 'inert', why: 'it is not a valid address' };
  }
  if (url.username !== '' || url.password !== '') return { kind: 'inert', why: 'it hides its host behind a user name' };
  return { kind: 'url', url: url.href, host: url.host, queryChars: url.search.length + url.hash.length };
}

function classifyPath(address: string): LinkTarget {
  const line = lineSuffix.exec(address)?.[1];
  let path: string;
  try {
    path = decodeURIComponent(address.replace(lineSuffix, '').replace(/[?#].*$/, ''));
  } catch {
    return { kind: 'inert', why: 'it is not a valid path' };
  }
  const isOutside =
    path.startsWith('/') || path.includes('\\') || path.includes('\0') || path.split('/').includes('..');
  if (path === '' || isOutside) return { kind: 'inert', why: 'it leads out of the workspace' };
  return line === undefined ? { kind: 'file', path } : { kind: 'file', path, line: Number(line) };
}

/** Whether the words of a link name another place than the one it opens. */
export function showsOtherPlace(text: string, target: Extract<LinkTarget, { kind: 'url' }>): boolean {
  const shown = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
  const real = target.url
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
  return shown !== real && shown !== target.host && !shown.startsWith(`${target.host}/`);
}

const citedPath = /^(?:[\w@.+-]+\/)*[\w@.+-]*\.[A-Za-z][\w]{0,9}(?::\d{1,7}(?:[-:]\d{1,7})?)?$/;

/** A path in code marks, such as `src/a.ts:12`; needs a folder or a line, so that `a.b` stays code. */
export function readCitation(code: string): Extract<LinkTarget, { kind: 'file' }> | undefined {
  if (code.length > 300 || !citedPath.test(code) || !/[/:]/.test(code)) return undefined;
  const target = classifyLink(code);
  return target.kind === 'file' ? target : undefined;
}
