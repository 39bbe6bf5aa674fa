import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A pipe whose writing end is a child's stdout and stderr. */
export interface OutputPipe {
  /** Descriptor for `stdio`. */
  writeEnd: number;
  readEnd: Socket;
  /** To be called once the child has its own copy: the reading end closes with the last writer. */
  closeWriteEnd(): void;
}

/** What the path of a pipe of this command holds; of every command's of a program for the first part of their marks. */
export function pipeName(mark: string): string {
  return `baleen-${mark}-`;
}

/**
 * Node gives its children socket pairs, which Linux cannot open by name: `echo x > /dev/stderr` fails (ENXIO, unix(7)).
 * A FIFO can be opened, also when its name is gone. `undefined` where there is no need, or no FIFO to be had; then the
 * socket pairs have to do. The name has the command's mark in it, and whoever holds the pipe can be told by it.
 */
export async function openOutputPipe(mark: string): Promise<OutputPipe | undefined> {
  if (process.platform !== 'linux') return undefined;
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), pipeName(mark)));
    const path = join(folder, 'output');
    await run('mkfifo', ['-m', '600', path]);
    return openBothEnds(path);
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function openBothEnds(path: string): OutputPipe {
  // In this order neither open waits for the other side.
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const readEnd = new Socket({ fd: reading, readable: true, writable: false });
  try {
    const writeEnd = openSync(path, constants.O_WRONLY);
    return { writeEnd, readEnd, closeWriteEnd: () => closeSync(writeEnd) };
  } catch (error) {
    readEnd.destroy();
    throw error;
  }
}
