/** Edits of an editor's buffer. Who types always wins: an edit is merged with what was typed, or refused. */
import { BaleenError, messageOf } from '../errors.js';
import type { ToolContext } from '../tools/tool.js';
import { encodeText } from '../view/encoding.js';
import type { BufferText } from './checkpoint.js';
import type { Merged } from './merge.js';
import type { TextFile } from './textFile.js';

/** What a change of a buffer was made from, and what it made of it. */
export interface TextChange {
  base: string;
  text: string;
}

export type BufferWritten = { ok: true; merged: boolean } | { ok: false; sentence: string };

/** As often as a key may be pressed in the time between reading the buffer and its change. */
const mostTries = 40;
const pauseMs = 15;
const mostLinesShown = 3;
const longestShown = 160;

interface BufferPlace {
  absolute: string;
  relative: string;
  /** Of the file, since that is how the editor would save it. */
  file: Pick<TextFile, 'encoding' | 'bom'>;
}

/** Puts a change into the unsaved buffer of a file; `gone` is the answer if there is none any more. */
export async function writeBuffer(
  { host, signal, turn }: ToolContext,
  { absolute, relative, file }: BufferPlace,
  { base, text }: TextChange,
  gone: string,
): Promise<BufferWritten> {
  for (let tries = 0; tries < mostTries; tries++) {
    signal.throwIfAborted();
    const buffer = host.documents.unsaved(absolute);
    if (buffer === undefined) return { ok: false, sentence: gone };
    const isTyped = buffer.text !== base;
    const merged: Merged = isTyped ? await turn.packer.mergeTexts(base, buffer.text, text) : { ok: true, text };
    if (!merged.ok) return { ok: false, sentence: describeConflict(relative, merged) };
    try {
      await turn.checkpoint.beforeBuffer(relative, savedAs(file, buffer.text), savedAs(file, merged.text));
    } catch (error) {
      const sentence = `What is not saved in ${relative} could not be kept (${messageOf(error)}), so nothing was changed.`;
      return { ok: false, sentence };
    }
    if (await host.documents.replaceText(absolute, merged.text, buffer.version)) {
      await turn.checkpoint.afterBuffer(relative);
      return { ok: true, merged: isTyped };
    }
    await host.clock.sleep(pauseMs, signal);
  }
  const sentence = `The user is typing in ${relative} without a pause, so nothing was changed there. Try again.`;
  return { ok: false, sentence };
}

function savedAs({ encoding, bom }: BufferPlace['file'], text: string): BufferText {
  const saved = encodeText(text, encoding, bom);
  if (saved === undefined) throw new BaleenError('the encoding of the file cannot hold all of it');
  return { text, saved };
}

function describeConflict(relative: string, { line, ours, theirs }: Extract<Merged, { ok: false }>): string {
  const show = (lines: readonly string[]): string => {
    const shown = lines.slice(0, mostLinesShown).map((text) => JSON.stringify(text.slice(0, longestShown)));
    return lines.length === 0 ? 'nothing' : shown.join(', ') + (lines.length > shown.length ? ', …' : '');
  };
  const head = `The user has changed ${relative} at line ${line} meanwhile, where this edit changes it, too; nothing was changed.`;
  return `${head} The editor has ${show(ours)}, the edit ${show(theirs)}. Read the file again before you try once more.`;
}
