import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { activateBaleen } from '../support.js';

/** The first file by its name: no other suite of this profile has used the extension yet. */
describe('activation', () => {
  it('opens no folder, so that no thread and no process starts, and writes no state', async () => {
    const api = await activateBaleen();
    assert.equal(api.engine.isOpen(), false);
    assert.equal(existsSync(join(process.env['HOME']!, '.local', 'state', 'baleen')), false);
  });
});
