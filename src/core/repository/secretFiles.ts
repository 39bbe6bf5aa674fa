import { findSecretsInPath } from '../view/secrets.js';

/** Files that hold credentials by their nature: withheld by name, whatever their content looks like. */
interface SecretFileRule {
  /** Tried on the path in lower case, relative with `/`. */
  pattern: RegExp;
  unless?: RegExp;
}

const rules: readonly SecretFileRule[] = [
  // Environment files of every stage and folder; the ones made to be shared are named so.
  {
    pattern: /(?:^|\/)\.env(?:rc)?(?:[._-][^/]*)?$/,
    unless: /[._-](?:example|sample|template|dist|defaults?|schema)$/,
  },
  { pattern: /(?:^|\/)[^/]+\.env$/, unless: /(?:example|sample|template)\.env$/ },
  // SSH private keys and what stands beside them.
  { pattern: /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk)$/ },
  { pattern: /(?:^|\/)\.ssh\/(?!config$|known_hosts$|.*\.pub$)[^/]+$/ },
  { pattern: /(?:^|\/)ssh_host_[a-z0-9]+_key$/ },
  // Key stores and private keys.
  { pattern: /\.(?:pem|p12|pfx|jks|keystore|kdbx?|ppk|p8|pkcs12|bks|gpg|asc\.key)$/ },
  { pattern: /(?:^|\/)[^/]*private[^/]*\.key$|(?:^|\/)(?:server|client|tls|ssl|ca)\.key$/ },
  // Passwords of hosts, registries and git.
  { pattern: /(?:^|\/)[._]netrc$/ },
  { pattern: /(?:^|\/)\.pypirc$/ },
  { pattern: /(?:^|\/)\.git-credentials$/ },
  { pattern: /(?:^|\/)\.(?:pgpass|my\.cnf|mylogin\.cnf)$/ },
  { pattern: /(?:^|\/)\.htpasswd$/ },
  { pattern: /(?:^|\/)\.vault-token$/ },
  { pattern: /(?:^|\/)\.gem\/credentials$|(?:^|\/)\.cargo\/credentials(?:\.toml)?$/ },
  // Container registries and clusters.
  { pattern: /(?:^|\/)\.docker\/config\.json$|(?:^|\/)\.dockercfg$|(?:^|\/)\.dockerconfigjson$/ },
  { pattern: /(?:^|\/)\.kube\/config$|(?:^|\/)kubeconfig(?:\.ya?ml)?$|\.kubeconfig$/ },
  // Cloud accounts.
  { pattern: /(?:^|\/)\.aws\/(?:credentials|config)$/ },
  { pattern: /(?:^|\/)\.azure\/(?:accesstokens\.json|msal_token_cache\.[^/]+)$/ },
  { pattern: /(?:^|\/)application_default_credentials\.json$/ },
  { pattern: /(?:^|\/)[^/]*service[-_]?account[^/]*\.json$/, unless: /\.(?:schema|example|sample|template)\.json$/ },
  { pattern: /(?:^|\/)(?:client_secrets?|gcloud[^/]*credentials?|gcp[-_]?key)[^/]*\.json$/ },
  // State and variables of Terraform hold what it made, passwords included.
  { pattern: /\.tfstate(?:\.[^/]*)?$/ },
  { pattern: /(?:^|\/)[^/]*\.auto\.tfvars(?:\.json)?$|(?:^|\/)terraform\.tfvars(?:\.json)?$/ },
  // What was typed.
  { pattern: /(?:^|\/)\.(?:bash|zsh|sh|python|psql|mysql|sqlite|node_repl|rediscli|irb|dbshell)_history$/ },
  { pattern: /(?:^|\/)\.histfile$|(?:^|\/)(?:fish_history|consolehost_history\.txt)$/ },
  // Password safes and stores.
  { pattern: /(?:^|\/)\.password-store\/|(?:^|\/)logins\.json$|(?:^|\/)key[34]\.db$/ },
];

/** Folders by whose names the rules know what is in them. */
export const secretFolders = ['.ssh', '.gem', '.cargo', '.docker', '.kube', '.aws', '.azure', '.password-store'];

/** A file of package settings is shared or secret by what it holds. */
const tokenLine = /_(?:authToken|auth|password)[ \t]*=[ \t]*(?!["']?\$\{)["']?[^\s"']/i;

export function isSecretName(path: string): boolean {
  if (findSecretsInPath(path).length > 0) return true;
  const lower = path.toLowerCase();
  return rules.some(({ pattern, unless }) => pattern.test(lower) && unless?.test(lower) !== true);
}

/** Files whose name alone says nothing: `.npmrc` and `.yarnrc`, with a token in plain text or without. */
export function isJudgedByContent(path: string): boolean {
  return /(?:^|\/)\.(?:npm|yarn)rc(?:\.yml)?$/i.test(path);
}

export function isSecretContent(path: string, text: string): boolean {
  return isJudgedByContent(path) && (tokenLine.test(text) || /npmAuth(?:Token|Ident):\s*["']?[^\s"'$]/.test(text));
}
