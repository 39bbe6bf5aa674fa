/**
 * Preloaded into the command line: holds it in a phase of a pack until an interrupt is on its way, so that the test does
 * not depend on how quick a machine is. BALEEN_HOLD names the phase, BALEEN_RELEASE the file that ends it.
 */
const { existsSync, writeSync } = require('node:fs');
const promises = require('node:fs/promises');

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

// Progress is shown on terminals only, and is what tells of a phase.
process.stderr.isTTY = true;
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (text, ...rest) => {
  const written = write(text, ...rest);
  if (String(text).includes(`\u001b[K${phase}`)) hold();
  return written;
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
