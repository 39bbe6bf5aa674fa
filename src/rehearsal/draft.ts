/** What a rule wants to answer, before it becomes a reply in a wire's terms. */
export interface Draft {
  reasoning: string;
  text: string;
  calls: { name: ToolName; arguments: Record<string, unknown> }[];
}

export type ToolName = 'edit_file' | 'report_findings' | 'run_command' | 'search_files';

export function say(text: string, reasoning: string): Draft {
  return { reasoning, text, calls: [] };
}
