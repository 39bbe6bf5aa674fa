/** The last word on values whose form alone does not prove them. */
import { Buffer } from 'node:buffer';

function count(value: string, pattern: RegExp): number {
  return value.match(pattern)?.length ?? 0;
}

export function hasDigits(value: string, least: number): boolean {
  return count(value, /\d/g) >= least;
}

/** Letters and digits both: words, and rows of one character, are no keys. */
export function isMixed(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) > 3;
}

/** Not one that a service's own manual uses. */
export function isNoExample(value: string): boolean {
  return !/EXAMPLE|0{8}|X{6}/i.test(value);
}

/** Shannon entropy in bits a character. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= (n / value.length) * Math.log2(n / value.length);
  return bits;
}

const dummies =
  /example|sample|dummy|placeholder|change_?me|your|x{3}|\*{3}|test|fake|mock|insert|replace|redacted|hunter2|foobar|\.{3}|\$\{|\{\{|%s|^<|^\$|^%|^\{/i;

const usualPasswords =
  /^(?:[a-z_-]{0,20}pass(?:w(?:or)?d|phrase)?\d{0,4}|pwd|pw|secret|token|key|admin|root|user(?:name)?|postgres|mysql|mongo|redis|guest|foo|bar|baz|abc|123\d*|[a-z]{1,5}|:?port|\d{1,5})$/i;

/** A password in an address: anything but the words that documents use. */
export function isNoDummy(value: string): boolean {
  if (dummies.test(value) || /[{}$()]/.test(value) || usualPasswords.test(value)) return false;
  return entropy(value) > 1.5;
}

/** A long value that nobody would type: used where only a name speaks for it. */
export function isRandom(value: string): boolean {
  if (value.length < 12 || dummies.test(value) || /[{}()<>[\]|;,]|:\/\/|^[./]/.test(value)) return false;
  const digits = count(value, /\d/g);
  const letters = count(value, /[A-Za-z]/g);
  if (digits < 2 || letters < 2) return false;
  const credentials = decodeCredentials(value);
  if (credentials !== undefined) return isNoDummy(credentials.password) && !onlyWords.test(credentials.password);
  if (/^(?:0x)?[0-9a-f-]+$/i.test(value)) return value.length >= 24 && entropy(value) > 2.8;
  // Noise goes from small letters to capitals to digits and back all the time; names and words do not.
  if (count(value, /[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g) < value.length / 5) return false;
  if (/01234567|12345678|abcdefgh/i.test(value)) return false;
  return entropy(value) >= 3.2 && (value.length >= 16 || /[^A-Za-z0-9]/.test(value));
}

const onlyWords = /^[a-z]+(?:[-_ ][a-z]+)*$/i;

/** The two parts of HTTP's basic credentials; `undefined` if the value is not those. */
function decodeCredentials(value: string): { user: string; password: string } | undefined {
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(value)) return undefined;
  const [, user, password] = /^([\x20-\x7e]{1,100}?):([\x20-\x7e]{1,200})$/.exec(decodeBase64(value)) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}

function decodeBase64(value: string): string {
  return Buffer.from(value, 'base64').toString('latin1');
}

/** What stands behind `Bearer` or `Basic`. */
export function isAuthorization(value: string): boolean {
  const credentials = decodeCredentials(value);
  return credentials === undefined ? isRandom(value) : isNoDummy(credentials.password);
}

/** A JSON Web Token that says whom it speaks for or how long: one that says nothing of the kind opens nothing. */
export function hasClaims(token: string): boolean {
  const claims = decodeBase64(token.split('.')[1] ?? '');
  if (!/^\{.*\}$/s.test(claims)) return true;
  return (
    /"(?:iss|sub|aud|exp|nbf|iat|jti|[^"]*(?:id|user|mail|name|role|scope)[^"]*)":/i.test(claims) &&
    !/John Doe/.test(claims)
  );
}
