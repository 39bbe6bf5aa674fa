/** From what the model reported to what the user is shown: only what stands on disk. */
import { createHash } from 'node:crypto';
import type { Finding, Place, Severity } from '../../protocol/events.js';
import type { ReportedFinding } from '../agent/turn.js';
import { placeholdersOf } from '../view/codec.js';
import { choosePlace, findQuote, type LineRange } from './quotes.js';
import { decodeQuote, type ReadText, type WorkspaceText } from './workspaceTexts.js';

export interface CheckedFindings {
  findings: Finding[];
  /** Reports whose quote does not stand in the file that they name. */
  dropped: number;
}

/**
 * `changed`: lines of the reviewed change by path, for a quote that stands at several places. A fix is offered in its
 * files only, whatever a text among them has asked for.
 */
export async function checkFindings(
  reported: readonly ReportedFinding[],
  readText: ReadText,
  changed?: ReadonlyMap<string, readonly LineRange[]>,
): Promise<CheckedFindings> {
  const findings = new Map<string, Finding>();
  let dropped = 0;
  for (const one of reported) {
    const finding = await checkFinding(one, readText, changed);
    if (finding === undefined) dropped++;
    else if (!findings.has(finding.id)) findings.set(finding.id, finding);
  }
  return { findings: [...findings.values()], dropped };
}

async function checkFinding(
  reported: ReportedFinding,
  readText: ReadText,
  changed: ReadonlyMap<string, readonly LineRange[]> | undefined,
): Promise<Finding | undefined> {
  const file = await readText(reported.path);
  const place = file === undefined ? undefined : findPlace(file, reported.quote, changed?.get(file.path));
  if (file === undefined || place === undefined) return undefined;
  const callers: Finding['callers'] = [];
  for (const caller of reported.callers) {
    const other = await readText(caller.path);
    const where = other === undefined ? undefined : findPlace(other, caller.quote, changed?.get(other.path));
    if (where !== undefined) callers.push({ path: where.path, quote: caller.quote, place: where });
  }
  const fix = changed?.has(file.path) === false ? undefined : checkFix(reported, file.text);
  const { quote, severity, category, message } = reported;
  const id = idOf(file.path, quote, category);
  return {
    id,
    path: file.path,
    quote,
    place,
    severity,
    category,
    message,
    callers,
    ...(fix === undefined ? {} : { fix }),
  };
}

function findPlace(file: WorkspaceText, quote: string, changed: readonly LineRange[] | undefined): Place | undefined {
  const sought = decodeQuote(quote, file.text);
  const place = sought === undefined ? undefined : choosePlace(findQuote(file.text, sought), changed);
  return place === undefined ? undefined : { path: file.path, ...place };
}

/** A fix replaces a quote that was found verbatim by another text, and never touches a secret. */
function checkFix({ quote, fix }: ReportedFinding, text: string): string | undefined {
  if (fix === undefined || placeholdersOf(quote + fix).length > 0) return undefined;
  const before = decodeQuote(quote, text);
  const after = decodeQuote(fix, text);
  if (before === undefined || after === undefined || before === after) return undefined;
  // Lines that were found only without their indentation would get the wrong one.
  return text.replaceAll('\r\n', '\n').includes(before.replaceAll('\r\n', '\n')) ? after : undefined;
}

/** The same for the same remark after its lines have moved or were indented anew. */
function idOf(path: string, quote: string, category: string): string {
  const plain = quote.trim().replace(/\s+/g, ' ');
  return createHash('sha256').update(`${path}\0${plain}\0${category.toLowerCase()}`).digest('hex').slice(0, 16);
}

const order: readonly Severity[] = ['info', 'warning', 'error'];

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return order.indexOf(severity) >= order.indexOf(least);
}
