import { Buffer } from 'node:buffer';

/** One family of credentials. The patterns are linear: every repetition is bounded or over one character class. */
export interface SecretKind {
  /** Stands in the placeholder; lower case, digits and hyphens. */
  name: string;
  /** Global. The value is group 1 if the pattern has one, else the whole match. */
  pattern: RegExp;
  /** Case-sensitive literals, one of which stands in every match: a text without any of them is not searched. */
  hints: string[];
  /** The form alone proves it, so that a request body that holds a value met in the workspace may be refused. */
  distinctive: boolean;
  /** Last word on a value, where the pattern alone would be wrong too often. */
  accept?: (value: string) => boolean;
}

const start = '(?<![A-Za-z0-9_])';
const end = '(?![A-Za-z0-9_])';

function token(name: string, body: string, hints: string[], accept?: (value: string) => boolean): SecretKind {
  const pattern = new RegExp(`${start}(?:${body})${end}`, 'g');
  return { name, pattern, hints, distinctive: true, ...(accept === undefined ? {} : { accept }) };
}

/** In the order in which they claim a range of the text: the more specific first. */
export const secretKinds: readonly SecretKind[] = [
  // PEM and OpenSSH private keys (PKCS1, PKCS8, SEC1, PGP), also inside JSON strings, as in a GCP service account file.
  // The body's class has no run of two hyphens, so that a search ends at the next marker.
  {
    name: 'private-key',
    pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----((?:[A-Za-z0-9+/=\s\\"',:.]|-(?!-)){32,})/g,
    hints: ['PRIVATE KEY'],
    distinctive: true,
    accept: (value) => /[A-Za-z0-9+/]{32}/.test(value),
  },
  // The end of one whose beginning is not there, as in the last lines of a long output. It is looked for from the first
  // of its lines only, so that the search stays linear.
  {
    name: 'private-key',
    pattern:
      /^(?<!^[A-Za-z0-9+/=]{16,200}\r?\n)((?:[A-Za-z0-9+/=]{16,200}\r?\n)+(?:[A-Za-z0-9+/=]{1,200}\r?\n)?)-----END [A-Z0-9 ]{0,40}PRIVATE KEY/gm,
    hints: ['PRIVATE KEY'],
    distinctive: true,
    accept: (value) => /[A-Za-z0-9+/]{32}/.test(value),
  },
  // Anthropic API and admin keys: sk-ant-api03-…
  token('anthropic', 'sk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_\\-]{24,200}', ['sk-ant-']),
  // OpenRouter.
  token('openrouter', 'sk-or-v1-[0-9a-f]{64}', ['sk-or-']),
  // OpenAI project, service account and admin keys.
  token('openai-project', 'sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_\\-]{20,220}', ['sk-'], isMixed),
  // DeepSeek: sk- and 32 hexadecimal digits.
  token('deepseek', 'sk-[0-9a-f]{32}', ['sk-']),
  // OpenAI's older keys, and the many services that copied their form.
  token('openai', 'sk-[A-Za-z0-9]{32,64}', ['sk-'], isMixed),
  // AWS access key ids, lasting (AKIA) and temporary (ASIA).
  token('aws-key-id', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], isNoExample),
  // AWS secret keys have no form of their own: 40 characters of base64 behind a telling name.
  {
    name: 'aws-secret',
    pattern:
      /(?:secret_?access_?key|aws_?secret(?:_?key)?|aws_?key)["'`]?\s{0,5}(?:=>|:=|[:=,])\s{0,5}["'`]?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    hints: [],
    distinctive: true,
    accept: (value) => isMixed(value) && isNoExample(value),
  },
  // GitHub personal, OAuth, user-to-server, server-to-server and refresh tokens.
  token('github', 'gh[pousr]_[A-Za-z0-9]{36,255}', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_']),
  // GitHub fine-grained tokens.
  token('github-pat', 'github_pat_[A-Za-z0-9_]{50,255}', ['github_pat_']),
  // GitLab personal, deploy, runner, trigger and other tokens.
  token('gitlab', 'gl(?:pat|dt|rt|ptt|cbt|ft|imt|agent|oas|soat)-[A-Za-z0-9_\\-]{20,255}', ['gl']),
  // Slack bot, user, app and refresh tokens.
  token('slack', '(?:xox[abeoprs]|xapp)-[A-Za-z0-9\\-]{16,250}', ['xox', 'xapp-'], (value) => count(value, /\d/g) >= 6),
  // Slack incoming webhooks: who has the address may post.
  {
    name: 'slack-webhook',
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9/_-]{30,120})/g,
    hints: ['hooks.slack.com'],
    distinctive: true,
    accept: (value) => isMixed(value) && !/0{6}|X{6}/.test(value),
  },
  // Stripe secret and restricted keys, live and test.
  token('stripe', '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,247}', ['k_live_', 'k_test_'], isMixed),
  // Stripe webhook signing secrets.
  token('stripe-webhook', 'whsec_[A-Za-z0-9+/]{32,64}', ['whsec_'], isMixed),
  // Google API keys.
  token('google', 'AIza[0-9A-Za-z_\\-]{35}', ['AIza']),
  // Google OAuth client secrets.
  token('google-oauth', 'GOCSPX-[A-Za-z0-9_\\-]{28}', ['GOCSPX-']),
  // npm access tokens.
  token('npm', 'npm_[A-Za-z0-9]{36}', ['npm_'], isMixed),
  // Tokens and passwords of .npmrc lines.
  {
    name: 'npmrc',
    pattern: /_(?:authToken|auth|password)[ \t]{0,4}=[ \t]{0,4}["']?([A-Za-z0-9+/=_.-]{12,500})/g,
    hints: ['_auth', '_password'],
    distinctive: true,
    accept: isRandom,
  },
  // PyPI upload tokens (macaroons).
  token('pypi', 'pypi-[A-Za-z0-9_\\-]{50,300}', ['pypi-'], isMixed),
  // SendGrid.
  token('sendgrid', 'SG\\.[A-Za-z0-9_\\-]{16,32}\\.[A-Za-z0-9_\\-]{16,64}', ['SG.'], isMixed),
  // Twilio API keys; the auth token, 32 hexadecimal digits, is found by its name.
  token('twilio', 'SK[0-9a-f]{32}', ['SK']),
  // Hugging Face.
  token('hugging-face', 'hf_[A-Za-z0-9]{30,40}', ['hf_'], (value) => entropy(value) > 3.5),
  // JSON Web Tokens: header and body both begin with {" in base64.
  token('jwt', 'eyJ[A-Za-z0-9_\\-]{10,2000}\\.eyJ[A-Za-z0-9_\\-]{10,6000}\\.[A-Za-z0-9_\\-]{10,2000}', ['eyJ']),
  // Azure storage, service bus, event hub, Cosmos DB and IoT connection strings.
  {
    name: 'azure',
    pattern: /(?:AccountKey|SharedAccessKey|SharedSecretValue)=([A-Za-z0-9+/]{40,90}={0,2})/g,
    hints: ['AccountKey=', 'SharedAccessKey=', 'SharedSecretValue='],
    distinctive: true,
    accept: isMixed,
  },
  // Shopify access, custom app, private app and shared secrets.
  token('shopify', 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}', ['shp']),
  // DigitalOcean personal, OAuth and refresh tokens.
  token('digitalocean', 'do[opr]_v1_[0-9a-f]{64}', ['_v1_']),
  // Telegram bot tokens.
  token('telegram', '\\d{8,10}:[A-Za-z0-9_\\-]{35}', [':'], isMixed),
  // Discord webhooks.
  {
    name: 'discord-webhook',
    pattern: /discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{17,20}\/([A-Za-z0-9_-]{60,80})/g,
    hints: ['/webhooks/'],
    distinctive: true,
  },
  // Discord bot tokens: the bot's id in base64, a time, a signature.
  token('discord', '[MNO][A-Za-z0-9_\\-]{23,27}\\.[A-Za-z0-9_\\-]{6}\\.[A-Za-z0-9_\\-]{27,40}', ['.'], isMixed),
  // Linear.
  token('linear', 'lin_(?:api|oauth)_[A-Za-z0-9]{32,64}', ['lin_']),
  // Docker Hub.
  token('docker-hub', 'dckr_(?:pat|oat)_[A-Za-z0-9_\\-]{27,60}', ['dckr_']),
  // Databricks.
  token('databricks', 'dapi[0-9a-f]{32}(?:-\\d)?', ['dapi']),
  // Atlassian.
  token('atlassian', 'ATATT3[A-Za-z0-9_\\-=]{60,250}', ['ATATT3']),
  // HashiCorp Vault service and batch tokens.
  token('vault', 'hv[sb]\\.[A-Za-z0-9_\\-]{24,300}', ['hvs.', 'hvb.']),
  // Grafana service accounts.
  token('grafana', 'glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}', ['glsa_']),
  // Notion.
  token('notion', 'ntn_[A-Za-z0-9]{40,60}', ['ntn_']),
  // age identities.
  token('age', 'AGE-SECRET-KEY-1[0-9A-Z]{58}', ['AGE-SECRET-KEY-1']),
  // One of the above in base64, as in a Kubernetes secret: only texts that begin with a known prefix are decoded.
  {
    name: 'base64',
    pattern:
      /(?<![A-Za-z0-9+/=])((?:QUtJQ|QVNJQ|Z2h[vwgc]|Z2l0aHViX3BhdF|Z2xwYXQt|c2st|c2tf|cmtf|eG94|LS0tLS1CRUdJTi|cHlwaS|bnBtX|QUl6Y|U0cu|aGZf|ZG9|c2hw)[A-Za-z0-9+/]{16,8000}={0,2})/g,
    hints: [
      'QUtJQ',
      'QVNJQ',
      'Z2h',
      'Z2l0aHViX3BhdF',
      'Z2xwYXQt',
      'c2st',
      'c2tf',
      'cmtf',
      'eG94',
      'LS0tLS1CRUdJTi',
      'cHlwaS',
      'bnBtX',
      'QUl6Y',
      'U0cu',
      'aGZf',
      'ZG9',
      'c2hw',
    ],
    distinctive: true,
    accept: (value) => holdsToken(Buffer.from(value, 'base64').toString('latin1')),
  },
  // Database and queue addresses with a password.
  {
    name: 'database-url',
    pattern:
      /(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|sqlserver|cockroachdb|clickhouse)(?:\+[a-z0-9]{1,20})?:\/\/[^\s:/?#@"'`<>]{0,64}:([^\s/?#@"'`<>]{3,128})@/g,
    hints: ['://'],
    distinctive: false,
    accept: isNoDummy,
  },
  // Any other address with a user's name and password.
  {
    name: 'url-password',
    pattern: /:\/\/[^\s:/?#@"'`<>\\]{0,64}:([^\s:/?#@"'`<>\\]{3,128})@/g,
    hints: ['://'],
    distinctive: false,
    accept: isNoDummy,
  },
  // A line of a netrc file, wherever it stands.
  {
    name: 'netrc',
    pattern: /machine\s{1,20}\S{1,100}\s{1,20}login\s{1,20}\S{1,100}\s{1,20}password\s{1,20}(\S{3,200})/g,
    hints: ['machine'],
    distinctive: false,
    accept: isNoDummy,
  },
  // Credentials of an HTTP header.
  {
    name: 'authorization',
    pattern: /\b(?:Bearer|Basic)[ \t]{1,4}([A-Za-z0-9._~+/-]{16,2000}={0,2})/g,
    hints: ['Bearer', 'Basic'],
    distinctive: false,
    accept: isRandom,
  },
  // A quoted value with a telling name.
  {
    name: 'generic',
    pattern:
      /(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|encryption[_-]?key|credentials?)[\w-]{0,30}["'`\]]{0,2}\s{0,4}(?:=>|:=|[:=])\s{0,4}["'`]([^\s"'`]{12,300})["'`]/gi,
    hints: [],
    distinctive: false,
    accept: isRandom,
  },
  // The same without quotes, as in settings files: the value must be the rest of the line.
  {
    name: 'generic',
    pattern:
      /(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|encryption[_-]?key|credentials?)[A-Za-z0-9_-]{0,30}[ \t]{0,4}[:=][ \t]{0,4}([A-Za-z0-9+/_=!@#%^&*~-]{16,300})[ \t]{0,4}$/gim,
    hints: [],
    distinctive: false,
    accept: isRandom,
  },
];

function count(value: string, pattern: RegExp): number {
  return value.match(pattern)?.length ?? 0;
}

/** Letters and digits both: words, and rows of one character, are no keys. */
function isMixed(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) > 3;
}

function isNoExample(value: string): boolean {
  return !/EXAMPLE/i.test(value);
}

/** Shannon entropy in bits a character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= (n / value.length) * Math.log2(n / value.length);
  return bits;
}

const dummies =
  /example|sample|dummy|placeholder|change_?me|your|x{3}|\*{3}|test|fake|mock|insert|replace|redacted|hunter2|foobar|\.{3}|\$\{|\{\{|%s|^<|^\$|^%|^\{/i;

/** A password in an address: anything but the words that documents use. */
function isNoDummy(value: string): boolean {
  if (dummies.test(value) || /[{}$()]/.test(value)) return false;
  if (
    /^(?:pass(?:w(?:or)?d)?\d{0,4}|passwd|pwd|pw|secret|token|key|admin|root|user(?:name)?|postgres|mysql|mongo|redis|guest|foo|bar|baz|abc|123\d*|[a-z]{1,5}|:?port|\d{1,5})$/i.test(
      value,
    )
  )
    return false;
  return entropy(value) > 1.5;
}

/** A long value that nobody would type: used where only a name speaks for it. */
function isRandom(value: string): boolean {
  if (value.length < 12 || dummies.test(value) || /[{}()<>[\]|;,]|:\/\/|^[./]/.test(value)) return false;
  const digits = count(value, /\d/g);
  const letters = count(value, /[A-Za-z]/g);
  if (digits < 2 || letters < 2) return false;
  if (/^(?:0x)?[0-9a-f-]+$/i.test(value)) return value.length >= 24 && entropy(value) > 2.8;
  // Noise goes from small letters to capitals to digits and back all the time; names and words do not.
  if (count(value, /[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g) < value.length / 5) return false;
  if (/01234567|12345678|abcdefgh/i.test(value)) return false;
  return entropy(value) >= 3.2 && (value.length >= 16 || /[^A-Za-z0-9]/.test(value));
}

function holdsToken(text: string): boolean {
  return secretKinds.some((kind) => {
    if (!kind.distinctive || kind.name === 'base64') return false;
    if (kind.hints.length > 0 && !kind.hints.some((hint) => text.includes(hint))) return false;
    // `search` leaves the pattern's own position alone; a moved one would blind every later look.
    return text.search(kind.pattern) >= 0;
  });
}
