/** Scheme, host and port of an address, for instance `https://api.deepseek.com`; `undefined` for what has none. */
export function originOf(url: string): string | undefined {
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  return origin === 'null' ? undefined : origin;
}
