/** The output of a command: bytes become text, and text without control sequences goes to memory and disk. */
import { Buffer } from 'node:buffer';
import type { Command, CommandRequest } from '../core/host.js';
import { createControlStripper, createOutputKeeper } from './commandOutput.js';
import type { OutputSink } from './commandProcess.js';
import { createOutputDecoder, type OutputDecoder } from './outputDecoder.js';
import type { OutputLog } from './outputLog.js';

/** Bytes that may wait to be written to the log; then nothing more is read. */
const mostWaiting = 256 * 1024;

interface CollectParts {
  request: CommandRequest;
  log: OutputLog | undefined;
  /** Without control sequences. */
  onText: (text: string) => void;
}

export interface CollectedOutput {
  openSink: () => OutputSink;
  /** Adds a sentence of ours. */
  say(text: string): void;
  flush(): void;
  kept: Command['kept'];
  bytes: () => number;
  readAs: () => readonly string[];
}

export function collectOutput({ request, log, onText }: CollectParts, encodings: readonly string[]): CollectedOutput {
  const strip = createControlStripper();
  const keeper = createOutputKeeper();
  const decoders: OutputDecoder[] = [];
  const sinks: OutputSink[] = [];
  let bytes = 0;
  const say = (text: string): void => {
    if (text === '') return;
    const clean = strip(text);
    keeper.add(clean);
    bytes += Buffer.byteLength(clean);
    log?.add(clean);
    request.onOutput(text);
    onText(clean);
  };
  const openSink = (): OutputSink => {
    const decoder = createOutputDecoder(encodings);
    let isOver = false;
    const sink: OutputSink = {
      take(chunk) {
        if (isOver) return undefined;
        say(decoder.decode(chunk));
        return log !== undefined && log.waiting() > mostWaiting ? log.written() : undefined;
      },
      end() {
        if (isOver) return;
        isOver = true;
        say(decoder.end());
      },
    };
    decoders.push(decoder);
    sinks.push(sink);
    return sink;
  };
  return {
    openSink,
    say,
    flush: () => sinks.forEach((sink) => sink.end()),
    kept: () => keeper.kept(),
    bytes: () => bytes,
    readAs: () => [...new Set(decoders.flatMap((decoder) => decoder.readAs()))],
  };
}
