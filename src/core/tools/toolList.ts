import * as z from 'zod';
import type { ToolSpec } from '../model/types.js';
import { encodeView } from '../view/codec.js';
import { commandOutput } from './commandOutput.js';
import { deleteFile } from './deleteFile.js';
import { editFile } from './editFile.js';
import { findReferences } from './findReferences.js';
import { getDiagnostics } from './getDiagnostics.js';
import { listFiles } from './listFiles.js';
import { moveFile } from './moveFile.js';
import { readFile } from './readFile.js';
import { renameSymbol } from './renameSymbol.js';
import { reportFindings } from './reportFindings.js';
import { runCommand } from './runCommand.js';
import { searchFiles } from './searchFiles.js';
import type { Tool } from './tool.js';
import { writeFile } from './writeFile.js';

/** A reply holds 64K tokens at most by default; nothing that is meant is longer. */
const longestArguments = 4 * 1024 * 1024;

/** Every tool, sorted by name. The list is part of the prompt's prefix: it changes only with a version. */
export function createTools(): readonly Tool[] {
  return [
    erase(commandOutput),
    erase(deleteFile),
    erase(editFile),
    erase(findReferences),
    erase(getDiagnostics),
    erase(listFiles),
    erase(moveFile),
    erase(readFile),
    erase(renameSymbol),
    erase(reportFindings),
    erase(runCommand),
    erase(searchFiles),
    erase(writeFile),
  ];
}

/** Sound because `parseArguments` hands a tool only what its own schema has let through. */
function erase<Arguments>(tool: Tool<Arguments>): Tool {
  return tool as unknown as Tool;
}

export function toolSpecs(tools: readonly Tool[]): ToolSpec[] {
  return tools.map(({ name, description, arguments: schema }) => {
    const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
    return { name, description, schema: withoutSafeIntegers(json) as Record<string, unknown> };
  });
}

/** zod writes the bounds of exact integers into every integer; they are only noise to a model. */
function withoutSafeIntegers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSafeIntegers);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, item]) => !(key === 'maximum' && item === Number.MAX_SAFE_INTEGER),
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutSafeIntegers(item)]));
}

export type Parsed = { ok: true; value: unknown } | { ok: false; sentence: string; isJson: boolean };

/** Strict: nothing is repaired, coerced or left out, since what is parsed here acts. */
export function parseArguments(tool: Tool, raw: string): Parsed {
  if (raw.length > longestArguments) {
    return reject(tool, `they have ${raw.length} characters; at most ${longestArguments} are taken. Split the call`);
  }
  let json: unknown;
  try {
    json = JSON.parse(raw === '' ? '{}' : raw, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('the name __proto__ is not allowed');
      return value;
    });
  } catch (error) {
    const why = `they are not valid JSON (${error instanceof Error ? error.message : 'syntax error'})`;
    return { ...reject(tool, why), isJson: false };
  }
  const parsed = tool.arguments.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => {
    return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
  });
  return reject(tool, issues.join('; '));
}

function reject(tool: Tool, why: string): Extract<Parsed, { ok: false }> {
  const sentence = `The arguments of ${tool.name} were not accepted, so nothing was done: ${why}.`;
  return { ok: false, sentence: encodeView(sentence).view, isJson: true };
}
