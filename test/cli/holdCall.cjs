/**
 * Preloaded into the command line: holds it for ever at a line of its session log, so that a test can kill it there.
 * BALEEN_HOLD names when (`before` it is written, or `after` it is on disk for good) and a text of the line.
 */
const { writeSync } = require('node:fs');
const promises = require('node:fs/promises');

const [when, ...words] = (process.env.BALEEN_HOLD ?? '').split(' ');
const wanted = words.join(' ');

function hold() {
  writeSync(2, 'held\n');
  setInterval(() => undefined, 1 << 30);
  return new Promise(() => undefined);
}

const { open } = promises;
promises.open = async (...args) => {
  const handle = await open(...args);
  if (!/[\\/]sessions[\\/][^\\/]*\.jsonl$/.test(String(args[0]))) return handle;
  const [append, sync] = [handle.appendFile.bind(handle), handle.sync.bind(handle)];
  let isIn = false;
  handle.appendFile = async (bytes, ...rest) => {
    isIn = Buffer.from(bytes).includes(wanted);
    if (isIn && when === 'before') await hold();
    return append(bytes, ...rest);
  };
  handle.sync = async () => {
    await sync();
    if (isIn && when === 'after') await hold();
  };
  return handle;
};
