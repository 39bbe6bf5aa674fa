/** The instructions of each workflow. They stand in its own user message, after the shared prefix. */

/** Stands behind every question of `baleen ask`. */
export const askInstruction = '(Answer only. Change nothing and run nothing; search_files and read_file are fine.)';

export function askText(question: string): string {
  return `${question}\n\n${askInstruction}`;
}

export function refactorSitesText(rule: string): string {
  return `Refactoring rule: ${rule}

First step, sites only. Find every place in the whole repository that has to change so that the rule holds, definitions, callers, tests, documentation and configuration included. Report them all in one call of report_findings: category "site", severity "info", the verbatim text that has to change as quote (one or a few whole lines, enough to be unique in the file where possible), and why in message. Change nothing yet.`;
}

export function refactorEditsText(rule: string, sites: readonly { path: string; quote: string }[]): string {
  const list = sites.map((site) => `- ${site.path}: ${JSON.stringify(site.quote)}`).join('\n');
  return `Refactoring rule: ${rule}

Second step. These sites were chosen; change each of them with edit_file or write_file, and nothing else unless the code would not work without it. Do not run the verify command yourself: it is run for you afterwards.
${list}`;
}

export function refactorRepairText(command: string, exitCode: number | null, round: number, rounds: number): string {
  return `The verify command \`${command}\` ended with exit code ${exitCode ?? 'none'} (round ${round} of ${rounds}). Its output stands below. Repair the code so that the refactoring rule and the command both hold; do not weaken tests or skip them.`;
}

export function reviewText(): string {
  return `Review the change below, which stands last in this message, against the whole repository in view. Look for what would break or misbehave: callers elsewhere that no longer fit, wrong conditions, lost errors, races, leaks, security holes. Not style, not praise, nothing that was so before and is not touched by the change.

Report with exactly one call of report_findings: quote is verbatim text of the changed file as it is now (a whole line or a few); callers lists every place elsewhere that the change breaks, each with a verbatim quote; fix is text that may replace the quote, only if it is certain. If there is nothing to report, call report_findings with an empty list. You may use read_file and search_files at most three times first; nothing else is executed.`;
}

export function reviewReminderText(): string {
  return `No report was received. Call report_findings now, with an empty list if there is nothing to report.`;
}
