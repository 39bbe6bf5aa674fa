import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { activateBaleen } from '../support.js';

/** The first file by its name: no other suite of this profile has used the extension yet. */
describe('activation', () => {
  it('opens no folder, so that no thread and no process starts, and writes no state', async () => {
    const api = await activateBaleen();
    assert.equal(api.engine.isOpen(), false);
    assert.equal(existsSync(join(process.env['HOME']!, '.local', 'state', 'baleen')), false);
  });

  it('TRU-07: this host listens to nobody', async () => {
    await activateBaleen();
    assert.deepEqual(await listListening(), []);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    assert.equal((await listListening()).length, 1);
    server.close();
  });
});

/** Local addresses of the TCP sockets at which this process waits for others: proc(5), state 0A. */
async function listListening(): Promise<string[]> {
  const handles = await readdir('/proc/self/fd');
  const targets = await Promise.all(handles.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  const own = new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/self/net/${name}`, 'utf8')));
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  return rows.filter((row) => row[3] === '0A' && own.has(row[9] ?? '')).map((row) => row[1]!);
}
