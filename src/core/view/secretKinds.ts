import { Buffer } from 'node:buffer';
import type { Hint } from './hintScan.js';
import {
  entropy,
  hasClaims,
  hasDigits,
  isAuthorization,
  isMixed,
  isNoDummy,
  isNoExample,
  isRandom,
} from './likelihood.js';
import { runRule, type Span } from './secretlintRules.js';

/** One family of credentials. */
export interface SecretKind {
  /** Stands in the placeholder; lower case, digits and hyphens. */
  name: string;
  /** Where values may stand in a text, at a cost in proportion to its length (tested). */
  find: (text: string) => Iterable<Span>;
  /** A text without any of them is not searched; with none, every text is. */
  hints: readonly Hint[];
  /** The form alone proves it, so that a request body that holds a value met in the workspace may be refused. */
  distinctive: boolean;
  /** Last word on a value, where its form alone would be wrong too often. */
  accept?: Accept;
}

type Accept = (value: string) => boolean;
type Hints = readonly string[] | { anyCase: readonly string[] };

const start = '(?<![A-Za-z0-9_])';
const end = '(?![A-Za-z0-9_])';

/** The value is the group of the pattern that matched, if it has any, else the whole match. */
function makeKind(name: string, pattern: RegExp, hints: Hints, distinctive: boolean, accept?: Accept): SecretKind {
  return {
    name,
    find: (text) => valuesOf(pattern, text),
    hints: makeHints(hints),
    distinctive,
    ...(accept && { accept }),
  };
}

function* valuesOf(pattern: RegExp, text: string): Generator<Span> {
  for (const match of text.matchAll(pattern)) {
    const value = match[1] ?? match[2] ?? match[0];
    // Every group here stands at the end of its match or before a few fixed characters: the last place is its own.
    const from = match.index + match[0].lastIndexOf(value);
    yield { start: from, end: from + value.length };
  }
}

function makeHints(hints: Hints): Hint[] {
  return 'anyCase' in hints
    ? hints.anyCase.map((text) => ({ text, anyCase: true }))
    : hints.map((text) => ({ text, anyCase: false }));
}

/** A credential with a form of its own. */
function form(name: string, pattern: RegExp, hints: Hints, accept?: Accept): SecretKind {
  return makeKind(name, pattern, hints, true, accept);
}

/** One whose whole form is between two characters that are not of a word. */
function token(name: string, body: string, hints: readonly string[], accept?: Accept): SecretKind {
  return form(name, new RegExp(`${start}(?:${body})${end}`, 'g'), hints, accept);
}

/** One that a rule of secretlint's knows; `id` is also its name. */
function rule(id: string, hints: Hints, accept?: Accept): SecretKind {
  return { name: id, find: runRule(id), hints: makeHints(hints), distinctive: true, ...(accept && { accept }) };
}

/** A value that only the words around it give away. */
function named(name: string, pattern: RegExp, hints: Hints, accept: Accept): SecretKind {
  return makeKind(name, pattern, hints, false, accept);
}

const keyWords = ['api', 'access', 'auth', 'private', 'encryption'].flatMap((word) =>
  ['', '_', '-'].map((joint) => `${word}${joint}key`),
);
const tellingNames = { anyCase: ['password', 'passwd', 'passphrase', 'secret', 'token', 'credential', ...keyWords] };
const tellingName =
  '(?:passw(?:or)?d|passphrase|secret|token|(?:api|access|auth|private|encryption)[_-]?key|credentials?)';

/** secretlint's, which know the exact forms of tokens. */
const ruleKinds: readonly SecretKind[] = [
  rule('1password', ['ops_ey']),
  rule('anthropic', ['sk-ant-api0']),
  rule('databricks', ['dapi']),
  rule('docker', ['dckr_pat_']),
  rule('figma', ['figd_']),
  rule('github', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_']),
  rule('gitlab', ['glpat-']),
  rule('grafana', ['glc_', 'glsa_']),
  rule('groq', ['gsk_']),
  rule('hashicorp-vault', ['hvs.', 'hvb.', 'hvr.']),
  rule('huggingface', ['hf_']),
  rule('linear', ['lin_api_']),
  rule('notion', ['ntn_']),
  rule('npm', ['npm_'], isMixed),
  rule('openai', ['T3BlbkFJ']),
  rule('sendgrid', ['SG.']),
  rule('shopify', ['shppa_', 'shpca_', 'shpat_', 'shpss_']),
  rule('slack', { anyCase: ['xox', 'xapp-', 'hooks.slack.com'] }, isNoExample),
  rule('vercel', ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'], isMixed),
];

/** What those rules do not know, or know in one of its forms only. */
const ownKinds: readonly SecretKind[] = [
  // PEM and OpenSSH private keys (PKCS1, PKCS8, SEC1, PGP), also in comments, in quotes and inside JSON strings, as
  // in a GCP service account file.
  // The body's class has no run of two hyphens, so that a search ends at the next marker.
  form(
    'private-key',
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----((?:[A-Za-z0-9+/=\s\\"',:.#*>|;]|-(?!-)){32,})/g,
    ['PRIVATE KEY'],
    (value) => /[A-Za-z0-9+/]{32}/.test(value),
  ),
  // The end of one whose beginning is not there, as in the last lines of a long output. It is looked for from the first
  // of its lines only, so that the search stays linear.
  form(
    'private-key',
    /^(?<!^[A-Za-z0-9+/=]{16,200}\r?\n)((?:[A-Za-z0-9+/=]{16,200}\r?\n)+(?:[A-Za-z0-9+/=]{1,200}\r?\n)?)-----END [A-Z0-9 ]{0,40}PRIVATE KEY/gm,
    ['PRIVATE KEY'],
    (value) => /[A-Za-z0-9+/]{32}/.test(value),
  ),
  // The same inside a JSON string.
  form(
    'private-key',
    /(?<![A-Za-z0-9+/=](?:\\n)?)((?:[A-Za-z0-9+/=]{16,200}\\n)+(?:[A-Za-z0-9+/=]{1,200}\\n)?)-----END [A-Z0-9 ]{0,40}PRIVATE KEY/g,
    ['PRIVATE KEY'],
    (value) => /[A-Za-z0-9+/]{32}/.test(value),
  ),
  // Anthropic's admin keys and those of other lengths.
  token('anthropic', 'sk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_\\-]{24,200}', ['sk-ant-']),
  token('openrouter', 'sk-or-v1-[0-9a-f]{64}', ['sk-or-']),
  // OpenAI's project, service account and admin keys, also without the mark that secretlint's rule looks for.
  token('openai-project', 'sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_\\-]{20,220}', ['sk-'], isMixed),
  token('deepseek', 'sk-[0-9a-f]{32}', ['sk-']),
  // OpenAI's older keys, and the many services that copied their form.
  token('openai', 'sk-[A-Za-z0-9]{32,64}', ['sk-'], isMixed),
  // AWS access key ids, lasting (AKIA) and temporary (ASIA).
  token('aws-key-id', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], isNoExample),
  // AWS secret keys have no form of their own: 40 characters of base64 behind a telling name.
  form(
    'aws-secret',
    /(?:secret_?access_?key|aws_?secret(?:_?key)?|aws_?key)["'`]?\s{0,5}(?:=>|:=|[:=,])\s{0,5}["'`]?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    { anyCase: ['access_key', 'accesskey', 'aws_secret', 'awssecret', 'aws_key', 'awskey'] },
    (value) => isMixed(value) && isNoExample(value),
  ),
  // GitHub's longer tokens.
  token('github', 'gh[pousr]_[A-Za-z0-9_]{36,255}', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_']),
  // GitLab's deploy, runner, trigger and other tokens.
  token('gitlab', 'gl(?:dt|rt|ptt|cbt|ft|imt|agent|oas|soat)-[A-Za-z0-9_\\-]{20,255}', [
    ...['gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glft-', 'glimt-', 'glagent-', 'gloas-', 'glsoat-'],
  ]),
  // Slack's refresh, service and configuration tokens; those of apps, whose last part is longer than the rule thinks.
  token('slack', '(?:xox[abeoprs][-.]|xapp-)[A-Za-z0-9.\\-]{16,250}', ['xox', 'xapp-'], (value) => hasDigits(value, 6)),
  // Slack's workflows: who has the address may post.
  form('slack', /hooks\.slack\.com\/(?:workflows|triggers)\/([A-Za-z0-9/_-]{30,120})/g, ['hooks.slack.com'], isMixed),
  // Stripe's secret and restricted keys, live and test.
  token('stripe', '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,247}', ['k_live_', 'k_test_'], isMixed),
  token('stripe-webhook', 'whsec_[A-Za-z0-9+/]{32,64}', ['whsec_'], isMixed),
  token('google', 'AIza[0-9A-Za-z_\\-]{35}', ['AIza']),
  token('google-oauth', 'GOCSPX-[A-Za-z0-9_\\-]{28}', ['GOCSPX-']),
  // Tokens and passwords of .npmrc lines.
  form(
    'npmrc',
    /_(?:authToken|auth|password)[ \t]{0,4}=[ \t]{0,4}["']?([A-Za-z0-9+/=_.-]{12,500})/g,
    ['_auth', '_password'],
    isRandom,
  ),
  // PyPI's upload tokens (macaroons).
  token('pypi', 'pypi-[A-Za-z0-9_\\-]{50,300}', ['pypi-'], isMixed),
  // SendGrid's with hyphens, which base64 for addresses may have.
  token('sendgrid', 'SG\\.[A-Za-z0-9_\\-]{16,32}\\.[A-Za-z0-9_\\-]{16,64}', ['SG.'], isMixed),
  // Twilio's API keys; its auth token, 32 hexadecimal digits, is found by its name.
  token('twilio', 'SK[0-9a-f]{32}', ['SK']),
  // Hugging Face's with digits.
  token('huggingface', 'hf_[A-Za-z0-9]{30,40}', ['hf_'], (value) => entropy(value) > 3.5),
  // JSON Web Tokens: header and body both begin with {" in base64. A hyphen before it would make each part of a long
  // row of hyphens and letters a beginning.
  form(
    'jwt',
    /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,6000}\.[A-Za-z0-9_-]{10,2000}(?![A-Za-z0-9_])/g,
    ['eyJ'],
    hasClaims,
  ),
  // Azure's storage, service bus, event hub, Cosmos DB and IoT connection strings.
  form(
    'azure',
    /(?:AccountKey|SharedAccessKey|SharedSecretValue)=([A-Za-z0-9+/]{40,90}={0,2})/g,
    ['AccountKey=', 'SharedAccessKey=', 'SharedSecretValue='],
    isMixed,
  ),
  token('digitalocean', 'do[opr]_v1_[0-9a-f]{64}', ['dop_v1_', 'doo_v1_', 'dor_v1_']),
  // Telegram's bots.
  token('telegram', '\\d{8,10}:A[A-Za-z0-9_\\-]{34}', [':A'], isMixed),
  form('discord-webhook', /discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{17,20}\/([A-Za-z0-9_-]{60,80})/g, [
    '/webhooks/',
  ]),
  // Discord's bots: the bot's id in base64, a time, a signature.
  form(
    'discord',
    /(?<![A-Za-z0-9_-])[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_])/g,
    [],
    isMixed,
  ),
  token('linear', 'lin_oauth_[A-Za-z0-9]{32,64}', ['lin_oauth_']),
  // Those of Docker's organizations.
  token('docker', 'dckr_oat_[A-Za-z0-9_\\-]{27,60}', ['dckr_oat_']),
  token('atlassian', 'ATATT3[A-Za-z0-9_\\-=]{60,250}', ['ATATT3']),
  // HashiCorp Vault's shorter service and batch tokens.
  token('hashicorp-vault', 'hv[sb]\\.[A-Za-z0-9_\\-]{24,300}', ['hvs.', 'hvb.'], isMixed),
  token('age', 'AGE-SECRET-KEY-1[0-9A-Z]{58}', ['AGE-SECRET-KEY-1']),
];

const base64Starts =
  'QUtJQ QVNJQ Z2h Z2l0aHViX3BhdF Z2xwYXQt Z3Nr c2st c2tf cmtf eG94 LS0tLS1CRUdJTi cHlwaS bnBtX QUl6Y U0cu aGZf ZG9 c2hw'.split(
    ' ',
  );

/** One of the above in base64, as in a Kubernetes secret: only texts that begin with a known prefix are decoded. */
const base64Kind = form(
  'base64',
  new RegExp(`(?<![A-Za-z0-9+/=])((?:${base64Starts.join('|')})[A-Za-z0-9+/]{16,8000}={0,2})`, 'g'),
  base64Starts,
  (value) => holdsToken(Buffer.from(value, 'base64').toString('latin1')),
);

const namedKinds: readonly SecretKind[] = [
  // Database and queue addresses with a password, which may hold more than that of another address.
  named(
    'database-url',
    /:\/\/(?<=(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|mssql|sqlserver|cockroachdb|clickhouse)(?:\+[a-z0-9]{1,20})?:\/\/)[^\s:/?#@"'`<>]{0,64}:([^\s/?#@"'`<>]{3,128})@/g,
    ['://'],
    isNoDummy,
  ),
  // Any other address with a user's name and password.
  named('url-password', /:\/\/[^\s:/?#@"'`<>\\]{0,64}:([^\s:/?#@"'`<>\\]{3,128})@/g, ['://'], isNoDummy),
  // A line of a netrc file, wherever it stands.
  named(
    'netrc',
    /machine\s{1,20}\S{1,100}\s{1,20}login\s{1,20}\S{1,100}\s{1,20}password\s{1,20}(\S{3,200})/g,
    ['machine'],
    isNoDummy,
  ),
  // Credentials of an HTTP header.
  named(
    'authorization',
    /\b(?:Bearer|Basic)[ \t]{1,4}([A-Za-z0-9._~+/-]{16,2000}={0,2})/g,
    ['Bearer', 'Basic'],
    isAuthorization,
  ),
  // A value with a telling name: quoted, or as in settings files the rest of the line, of which no shorter one is tried.
  named(
    'generic',
    new RegExp(
      `${tellingName}[\\w-]{0,30}(?:` +
        `["'\`\\]]{0,2}\\s{0,4}(?:=>|:=|[:=])\\s{0,4}["'\`]([^\\s"'\`]{12,300})["'\`]|` +
        `[ \\t]{0,4}[:=][ \\t]{0,4}(?=([A-Za-z0-9+/_=!@#%^&*~-]{16,300}))\\2[ \\t]{0,4}$)`,
      'gim',
    ),
    tellingNames,
    isRandom,
  ),
];

/** In the order in which they claim a range of the text: the more specific first. */
export const secretKinds: readonly SecretKind[] = [...ownKinds, ...ruleKinds, base64Kind, ...namedKinds];

function holdsToken(text: string): boolean {
  return [...ownKinds, ...ruleKinds].some((kind) => {
    if (kind.hints.length > 0 && !kind.hints.some((hint) => text.includes(hint.text))) return false;
    for (const _ of kind.find(text)) return true;
    return false;
  });
}
