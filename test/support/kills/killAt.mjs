/**
 * Loaded before a program: counts its calls that change the disk, and kills the process at one of them. `KILL_AT` is the
 * call's number, `KILL_HOW` `before`, `half` (of what it writes) or `after`; `KILL_RENAME` a name right before whose
 * rename it ends. Without them it only counts.
 */
import { writeSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.KILL_AT ?? 0);
const how = process.env.KILL_HOW ?? 'before';
const fs = createRequire(import.meta.url)('node:fs/promises');
let calls = 0;

const die = () => process.kill(process.pid, 'SIGKILL');

function counted(call, half) {
  return async function (...given) {
    const isHere = ++calls === killAt;
    if (isHere && (how === 'before' || (how === 'half' && half === undefined))) die();
    if (isHere && how === 'half') {
      await half.apply(this, given);
      die();
    }
    const result = await call.apply(this, given);
    if (isHere) die();
    return result;
  };
}

const handle = await promises.open(process.execPath);
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const { write } = prototype;
const halfOf = (bytes) => Buffer.from(bytes).subarray(0, Buffer.from(bytes).length >> 1);
prototype.write = counted(write, function (bytes, offset = 0, length = bytes.length, position = null) {
  return write.call(this, bytes, offset, length >> 1, position);
});
for (const name of ['writeFile', 'appendFile']) {
  prototype[name] = counted(prototype[name], async function (bytes) {
    await write.call(this, halfOf(bytes));
  });
}
for (const name of ['sync', 'truncate', 'chmod', 'chown']) prototype[name] = counted(prototype[name]);
for (const name of ['rename', 'unlink', 'mkdir', 'rmdir', 'link', 'chmod']) fs[name] = counted(fs[name]);
const { rename } = fs;
fs.rename = (from, to) => {
  if (process.env.KILL_RENAME !== undefined && to.endsWith(`/${process.env.KILL_RENAME}`)) die();
  return rename(from, to);
};
const { open } = fs;
const opened = counted(open);
// Opening to read changes nothing.
fs.open = (path, flags, mode) => (typeof flags === 'string' ? opened(path, flags, mode) : open(path, flags, mode));
syncBuiltinESMExports();
process.on('exit', () => writeSync(2, `calls ${calls}\n`));
