import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Descriptors for a child's `stdio`, and our ends of them. */
export interface CommandPipes {
  /** For stdout and stderr. */
  outputEnd: number;
  output: Socket;
  inputEnd?: number;
  input?: Socket;
  /** To be called once the child has its own copies: a pipe ends with its last writer. */
  closeChildEnds(): void;
}

const inputName = 'input';

/** What the path of a pipe of this command holds; of every command's of a program for the first part of their marks. */
export function pipeName(mark: string): string {
  return `baleen-${mark}-`;
}

/** Whether a descriptor, as /proc links it, is the input of this command; its name is gone by then. */
export function isInputOf(link: string, mark: string): boolean {
  return link.includes(`/${pipeName(mark)}`) && link.endsWith(`/${inputName} (deleted)`);
}

/**
 * Node gives its children socket pairs, which Linux cannot open by name: `echo x > /dev/stderr` and `cat /dev/stdin` fail
 * (ENXIO, unix(7)). A FIFO can be opened, also when its name is gone. `undefined` where there is no need, or no FIFO to be
 * had; then the socket pairs have to do. The names have the command's mark in them, and whoever holds a pipe can be told
 * by it.
 */
export async function openCommandPipes(mark: string, takesInput: boolean): Promise<CommandPipes | undefined> {
  if (process.platform !== 'linux') return undefined;
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), pipeName(mark)));
    const output = join(folder, 'output');
    const input = join(folder, inputName);
    await run('mkfifo', ['-m', '600', output, ...(takesInput ? [input] : [])]);
    return openAllEnds(output, takesInput ? input : undefined);
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function openAllEnds(outputPath: string, inputPath: string | undefined): CommandPipes {
  const opened: number[] = [];
  const open = (path: string, flags: number): number => {
    const descriptor = openSync(path, flags);
    opened.push(descriptor);
    return descriptor;
  };
  try {
    // A reading end that does not wait comes first, so that no open waits for the other side.
    const reading = open(outputPath, constants.O_RDONLY | constants.O_NONBLOCK);
    const outputEnd = open(outputPath, constants.O_WRONLY);
    const first = inputPath === undefined ? undefined : open(inputPath, constants.O_RDONLY | constants.O_NONBLOCK);
    const writing = inputPath === undefined ? undefined : open(inputPath, constants.O_WRONLY);
    // The child's has to wait for what is typed, which is a property of the opened end and not of the descriptor.
    const inputEnd = inputPath === undefined ? undefined : open(inputPath, constants.O_RDONLY);
    const childEnds = inputEnd === undefined ? [outputEnd] : [outputEnd, inputEnd];
    const pipes = {
      outputEnd,
      output: new Socket({ fd: reading, readable: true, writable: false }),
      ...(inputEnd === undefined ? {} : { inputEnd }),
      ...(writing === undefined ? {} : { input: new Socket({ fd: writing, readable: false, writable: true }) }),
      closeChildEnds: () => childEnds.forEach((descriptor) => closeSync(descriptor)),
    };
    if (first !== undefined) closeSync(first);
    return pipes;
  } catch (error) {
    for (const descriptor of opened) closeSync(descriptor);
    throw error;
  }
}
