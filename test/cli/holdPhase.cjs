/**
 * Preloaded into the command line and its worker: holds the worker in a phase of a pack until an interrupt was heard, so
 * that the test does not depend on how quick a machine is. BALEEN_HOLD names the phase, BALEEN_RELEASE a file of the hook.
 */
const { existsSync, writeFileSync, writeSync } = require('node:fs');
const promises = require('node:fs/promises');
const { isMainThread, parentPort } = require('node:worker_threads');

const { BALEEN_HOLD: phase, BALEEN_RELEASE: release } = process.env;

let isHeld = false;
/** False if it was said before. */
function announce() {
  if (isHeld) return false;
  isHeld = true;
  writeSync(2, `held in ${phase}\n`);
  return true;
}

function hold() {
  if (!announce()) return;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(release)) Atomics.wait(cell, 0, 0, 5);
}

if (isMainThread) {
  // Behind the program's own listener, which has told the worker by then.
  process.on('SIGINT', () => setImmediate(() => writeFileSync(release, '')));
} else {
  const post = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (message, transfer) => {
    post(message, transfer);
    if (message.type === 'progress' && message.event.phase === phase) hold();
  };
  const { open } = promises;
  promises.open = async (...args) => {
    try {
      const handle = await open(...args);
      if (phase === 'cache' && /[\\/]cache[\\/]\.baleen-[^\\/]*$/.test(String(args[0]))) hold();
      return handle;
    } catch (error) {
      if (phase === 'lock' && error.code === 'EEXIST' && String(args[0]).endsWith('pack.lock')) announce();
      throw error;
    }
  };
}
