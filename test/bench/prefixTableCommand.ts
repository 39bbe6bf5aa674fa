/** `node scripts/prefixTable.mjs REPOSITORY [COMMITS]`: prints the prefix table, and with `--json` its figures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTokenCounter } from '../../src/core/tokens/counter.js';
import { loadTokenTables } from '../../src/core/tokens/tables.js';
import { measurePrefixes, renderPrefixTable } from './prefixTable.js';

const words = process.argv.slice(2).filter((word) => word !== '--json');
const repository = words[0];
if (repository === undefined) throw new Error('Name a repository: node scripts/prefixTable.mjs REPOSITORY [COMMITS]');
const tables = readFileSync(join(process.cwd(), 'dist', 'deepseek.bin'));
const table = await measurePrefixes({
  repository,
  commits: Number(words[1] ?? 20),
  counter: createTokenCounter(loadTokenTables(tables)),
  onCommit: (done) => process.stderr.write(`\rcommit ${done} `),
});
process.stderr.write('\r');
process.stdout.write(
  process.argv.includes('--json') ? `${JSON.stringify(table, null, 2)}\n` : renderPrefixTable(table),
);
