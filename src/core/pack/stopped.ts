/** Why a session cannot go on with the pack that it began with, or has none. Nothing was sent in any of these cases. */
import type { NoticeAction } from '../../protocol/events.js';
import { BaleenError } from '../errors.js';
import type { HiddenFile } from './packer.js';
import { taintOf, type Taint } from './taint.js';

const newSession: NoticeAction = { kind: 'new_session', label: 'New session' };

export function nothingPacked(): BaleenError {
  return new BaleenError('No folder is packed yet. Open one first.');
}

export function goneSnapshot(): BaleenError {
  return new BaleenError(
    'The snapshot of the repository that this session was begun with is gone, so nothing was sent. Start a new session to go on.',
    'failed',
    newSession,
  );
}

export function taintedPack({ path, why }: Taint): BaleenError {
  return new BaleenError(
    `${path} ${why}, and the snapshot that this session was begun with shows its text, so nothing was sent. Start a new session to go on: it makes a new snapshot without it.`,
    'failed',
    newSession,
  );
}

/** Text that came with a tool result or a message, and stands in no snapshot. */
export function hiddenText(file: HiddenFile): BaleenError {
  const { path, why } = taintOf(file);
  return new BaleenError(
    `${path} ${why}, and the conversation of this session shows text of it, so nothing was sent. Start a new session to go on: it begins without it.`,
    'failed',
    newSession,
  );
}

export function fullLog(): BaleenError {
  return new BaleenError(
    'More has changed on disk than this session has room to be told of, so nothing was sent. Start a new session to go on: it makes a new snapshot.',
    'overflow',
    newSession,
  );
}

export function otherLog(): BaleenError {
  return new BaleenError(
    'The change log that this session was begun with was damaged and had to be made anew, so nothing was sent. Start a new session to go on.',
    'failed',
    newSession,
  );
}
