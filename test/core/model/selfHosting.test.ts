/** The tables of docs/self-hosting.md are those of the catalogue, and its example is one that is taken. */
import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { findHost, serveModel } from '../../../src/core/model/catalogue.js';
import { parseHosts } from '../../../src/core/model/customHosts.js';
import type { Dialect } from '../../../src/core/model/dialects.js';
import { catalogueHosts, type CatalogueHost } from '../../../src/core/model/hosts.js';

const path = new URL('../../../docs/self-hosting.md', import.meta.url);
const page = readFileSync(path, 'utf8');

const code = (text: string) => `\`${text}\``;
const list = (texts: readonly string[]) => texts.map(code).join(', ');
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function hostRow(host: CatalogueHost): string {
  const runs = host.operator === 'own server' ? 'you' : `${host.label}; ${host.jurisdiction}`;
  const address = host.baseUrls.openai ?? '';
  const wireId = (id: string) => code(serveModel(host, id)!.wireId);
  const key = code(host.keyVariable) + (host.needsKey ? '' : ', if wanted');
  return row([
    code(host.name),
    runs,
    address === '' ? 'your own' : code(address),
    key,
    wireId('v4-flash'),
    wireId('v4-pro'),
  ]);
}

function words({ efforts }: Dialect): string {
  const levels = ['off', 'low', 'high', 'max'] as const;
  return levels
    .map((level) =>
      efforts[level] === undefined ? 'not known' : efforts[level] === null ? 'by the switch' : code(efforts[level]),
    )
    .join(', ');
}

function dialectRow({ name, dialect, cacheReport }: CatalogueHost): string {
  const { reads, echoes, thinkingByDefault } = dialect;
  return row([
    code(name),
    code(dialect.switch),
    words(dialect),
    thinkingByDefault,
    list(reads),
    list(echoes),
    cacheReport,
  ]);
}

function table(name: string, heads: readonly string[], rows: readonly string[]): string {
  return [`<!-- ${name} -->`, '', row(heads), row(heads.map(() => '---')), ...rows, '', `<!-- /${name} -->`].join('\n');
}

it.each([
  ['hosts', ['`--host`', 'runs it', 'address', 'key', 'V4-Flash there', 'V4-Pro there'], hostRow],
  [
    'dialects',
    [
      '`--host`',
      'thinking is switched by',
      'off, low, high, max',
      'says nothing: thinks?',
      'reasoning comes as',
      'goes back as',
      'tells cached tokens',
    ],
    dialectRow,
  ],
] as const)('the table of %s is the catalogue’s', async (name, heads, toRow) => {
  const options = { ...(await resolveConfig(path)), parser: 'markdown' };
  const wanted = await format(table(name, heads, catalogueHosts.map(toRow)), options);
  const found = page.slice(
    page.indexOf(`<!-- ${name} -->`),
    page.indexOf(`<!-- /${name} -->`) + `<!-- /${name} -->\n`.length,
  );
  expect(found).toBe(wanted);
});

it('the example is taken as it stands', () => {
  const example = /```json\n([\s\S]*?)```/.exec(page)![1]!;
  const { hosts, complaints } = parseHosts(JSON.parse(example));
  expect(complaints).toEqual([]);
  expect(serveModel(findHost('cluster', hosts)!, 'v4-flash')).toMatchObject({ windowTokens: 393_216 });
  expect(serveModel(findHost('cluster', hosts)!, 'v5-lab')).toMatchObject({ label: 'V5 from the lab' });
  expect(serveModel(findHost('openrouter', hosts)!, 'v4-pro')!.prices[0]?.offPeak.USD).toEqual([0.02, 0.3, 1.2]);
});
