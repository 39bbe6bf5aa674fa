import * as vscode from 'vscode';
import type { TextPosition, TextRange } from '../core/host.js';

export function rangeOf({ start, end }: vscode.Range): TextRange {
  return { start: positionOf(start), end: positionOf(end) };
}

function positionOf({ line, character }: vscode.Position): TextPosition {
  return { line, column: character };
}

export function toPosition({ line, column }: TextPosition): vscode.Position {
  return new vscode.Position(line, column);
}

export function toRange({ start, end }: TextRange): vscode.Range {
  return new vscode.Range(toPosition(start), toPosition(end));
}
