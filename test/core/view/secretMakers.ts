/** Made-up credentials of each kind; put together here, so that no scanner of this repository takes them for real. */

/** A small generator of its own: an equal seed gives equal values on every machine. */
function createRandom(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const alphabets = {
  alnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  letter: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  hex: '0123456789abcdef',
  digit: '123456789',
  base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
};

interface Made {
  text: string;
  /** What must not be seen. */
  values: string[];
}

type Draw = (alphabet: keyof typeof alphabets, length: number) => string;

function maker(make: (draw: Draw) => Made | string): (seed: number) => Made {
  return (seed) => {
    const random = createRandom(seed);
    const made = make((alphabet, length) => {
      const letters = alphabets[alphabet];
      return Array.from({ length }, () => letters.charAt(random(letters.length))).join('');
    });
    return typeof made === 'string' ? { text: `const value = "${made}";`, values: [made] } : made;
  };
}

function pem(label: string): (seed: number) => Made {
  return maker((draw) => {
    const lines = Array.from({ length: 8 }, () => draw('base64', 64));
    const text = `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
    return { text, values: lines };
  });
}

export const secretMakers: Record<string, (seed: number) => Made> = {
  'AWS key id': maker((draw) => `AKIA${draw('upper', 16)}`),
  'AWS secret': maker((draw) => {
    const value = draw('base64', 40);
    return { text: `aws_secret_access_key = ${value}`, values: [value] };
  }),
  'GitHub personal': maker((draw) => `ghp_${draw('alnum', 36)}`),
  'GitHub OAuth': maker((draw) => `gho_${draw('alnum', 36)}`),
  'GitHub fine-grained': maker((draw) => `github_pat_${draw('alnum', 22)}_${draw('alnum', 59)}`),
  GitLab: maker((draw) => `glpat-${draw('url', 20)}`),
  'Slack bot': maker((draw) => `xoxb-${draw('digit', 12)}-${draw('digit', 12)}-${draw('alnum', 24)}`),
  'Slack webhook': maker((draw) => {
    const value = `T${draw('upper', 8)}/B${draw('upper', 8)}/${draw('alnum', 24)}`;
    return { text: `url: https://hooks.slack.com/services/${value}`, values: [value] };
  }),
  Stripe: maker((draw) => `sk_live_${draw('alnum', 24)}`),
  'OpenAI project': maker((draw) => `sk-proj-${draw('url', 48)}`),
  OpenAI: maker((draw) => `sk-${draw('alnum', 20)}T3BlbkFJ${draw('alnum', 20)}`),
  Anthropic: maker((draw) => `sk-ant-api03-${draw('url', 93)}AA`),
  DeepSeek: maker((draw) => `sk-${draw('hex', 32)}`),
  Google: maker((draw) => `AIza${draw('url', 35)}`),
  'GCP service account': maker((draw) => {
    const body = draw('base64', 200);
    return {
      text: JSON.stringify({ private_key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n` }),
      values: [body],
    };
  }),
  'PEM RSA': pem('RSA PRIVATE KEY'),
  'PEM EC': pem('EC PRIVATE KEY'),
  'PEM OpenSSH': pem('OPENSSH PRIVATE KEY'),
  'PEM PKCS8': pem('PRIVATE KEY'),
  npm: maker((draw) => `npm_${draw('alnum', 36)}`),
  PyPI: maker((draw) => `pypi-AgEIcHlwaS5vcmc${draw('url', 120)}`),
  SendGrid: maker((draw) => `SG.${draw('url', 22)}.${draw('url', 43)}`),
  Twilio: maker((draw) => `SK${draw('hex', 32)}`),
  'Hugging Face': maker((draw) => `hf_${draw('alnum', 34)}`),
  JWT: maker((draw) => `eyJ${draw('url', 33)}.eyJ${draw('url', 60)}.${draw('url', 43)}`),
  'URL with a password': maker((draw) => {
    const value = draw('alnum', 18);
    return { text: `git clone https://deploy:${value}@git.acme.io/a.git`, values: [value] };
  }),
  Postgres: maker((draw) => {
    const value = draw('alnum', 14);
    return { text: `DATABASE_URL=postgres://app:${value}@db:5432/app`, values: [value] };
  }),
  Mongo: maker((draw) => {
    const value = draw('alnum', 14);
    return { text: `uri: mongodb+srv://app:${value}@cluster0.mongodb.net/app`, values: [value] };
  }),
  Azure: maker((draw) => {
    const value = `${draw('base64', 86)}==`;
    return {
      text: `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${value};EndpointSuffix=core.windows.net`,
      values: [value],
    };
  }),
  'generic, quoted': maker((draw) => {
    const value = draw('alnum', 32);
    return { text: `db_password: "${value}"`, values: [value] };
  }),
  'generic, in a settings file': maker((draw) => {
    const value = draw('hex', 40);
    return { text: `export SESSION_SECRET_KEY=${value}\n`, values: [value] };
  }),
  Shopify: maker((draw) => `shpat_${draw('hex', 32)}`),
  DigitalOcean: maker((draw) => `dop_v1_${draw('hex', 64)}`),
  Telegram: maker((draw) => `${draw('digit', 10)}:AA${draw('url', 33)}`),
  'Discord webhook': maker((draw) => {
    const value = draw('url', 68);
    return { text: `https://discord.com/api/webhooks/${draw('digit', 18)}/${value}`, values: [value] };
  }),
  Linear: maker((draw) => `lin_api_${draw('alnum', 40)}`),
  netrc: maker((draw) => {
    const value = draw('alnum', 20);
    return { text: `machine api.acme.io login me password ${value}\n`, values: [value] };
  }),
  base64: maker((draw) => Buffer.from(`ghp_${draw('alnum', 36)}`).toString('base64')),
};

/** Kinds beside the 36 of the security report's SEC-03. */
export const furtherMakers: Record<string, (seed: number) => Made> = {
  '1Password': maker((draw) => {
    const token = { email: 'a@1passwordserviceaccounts.com', muk: { k: draw('url', 43) }, srpX: draw('hex', 66) };
    // Its last brace has to stand alone in the last three bytes: in base64, fQ==.
    const json = JSON.stringify({ ...token, userAuth: { salt: draw('url', 24) } });
    const padded = json.replace('{"', `{"${' '.repeat((4 - (json.length % 3)) % 3)}`);
    return `ops_${Buffer.from(padded).toString('base64')}`;
  }),
  Groq: maker((draw) => `gsk_${draw('alnum', 52)}`),
  Vercel: maker((draw) => `vcp_${draw('alnum', 24)}`),
  Figma: maker((draw) => `figd_${draw('url', 43)}`),
  Grafana: maker((draw) => `glc_${draw('base64', 90)}`),
  'Grafana service account': maker((draw) => `glsa_${draw('alnum', 32)}_${draw('hex', 8)}`),
  'Hugging Face, letters alone': maker((draw) => `hf_${draw('letter', 34)}`),
  Databricks: maker((draw) => `dapi${draw('hex', 32)}`),
  'Docker Hub': maker((draw) => `dckr_pat_${draw('url', 27)}`),
  'Docker organization': maker((draw) => `dckr_oat_${draw('url', 32)}`),
  Notion: maker((draw) => `ntn_${draw('digit', 11)}${draw('alnum', 35)}`),
  Vault: maker((draw) => `hvs.${draw('url', 95)}`),
  'Vault, short': maker((draw) => `hvs.${draw('alnum', 24)}`),
  'GitLab deploy': maker((draw) => `gldt-${draw('url', 20)}`),
  'Slack app': maker((draw) => `xapp-1-A${draw('upper', 10)}-${draw('digit', 13)}-${draw('hex', 64)}`),
  OpenRouter: maker((draw) => `sk-or-v1-${draw('hex', 64)}`),
  'Google OAuth': maker((draw) => `GOCSPX-${draw('url', 28)}`),
  'Stripe webhook': maker((draw) => `whsec_${draw('alnum', 32)}`),
  'npm in .npmrc': maker((draw) => {
    const value = draw('alnum', 36);
    return { text: `//registry.acme.io/:_authToken=${value}\n`, values: [value] };
  }),
  Atlassian: maker((draw) => `ATATT3${draw('url', 180)}`),
  age: maker((draw) => `AGE-SECRET-KEY-1${draw('upper', 58)}`),
  'Discord bot': maker((draw) => `M${draw('url', 23)}.${draw('url', 6)}.${draw('url', 38)}`),
  'HTTP header': maker((draw) => {
    const value = draw('alnum', 40);
    return { text: `Authorization: Bearer ${value}`, values: [value] };
  }),
  'PEM without its beginning': maker((draw) => {
    const lines = Array.from({ length: 6 }, () => draw('base64', 64));
    return { text: `${lines.join('\n')}\n-----END PRIVATE ${'KEY'}-----\n`, values: lines };
  }),
  'PEM without its beginning, in JSON': maker((draw) => {
    const lines = Array.from({ length: 6 }, () => draw('base64', 64));
    return { text: `${lines.join('\\n')}\\n-----END PRIVATE ${'KEY'}-----\\n"`, values: lines };
  }),
};

/** A secret of any kind by number. */
export function makeSecret(seed: number): string {
  const makers = [...Object.values(secretMakers), ...Object.values(furtherMakers)];
  return makers[seed % makers.length]?.(seed).text ?? '';
}
