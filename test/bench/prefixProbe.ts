/** `prefixProbe.cjs ROOT REPOSITORY COMMITS`: the prefix table as JSON, measured in a process of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTokenCounter } from '../../src/core/tokens/counter.js';
import { loadTokenTables } from '../../src/core/tokens/tables.js';
import { measurePrefixes } from './prefixTable.js';

async function probe([root = '', repository = '', commits = '']: readonly string[]): Promise<void> {
  const table = await measurePrefixes({
    program: join(root, 'dist'),
    repository,
    commits: Number(commits),
    counter: createTokenCounter(loadTokenTables(readFileSync(join(root, 'dist', 'deepseek.bin')))),
    onCommit: (done) => process.stderr.write(`\rcommit ${done} `),
  });
  process.stderr.write('\r');
  process.stdout.write(JSON.stringify(table));
}

void probe(process.argv.slice(2));
