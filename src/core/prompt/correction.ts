/** What the program says to the model in mid-turn, where a reply could not be used and is no tool call to answer. */

export function renderCorrection(text: string): string {
  return ['<baleen-correction>', text, '</baleen-correction>', 'End of correction'].join('\n');
}

export const dsmlCorrection =
  'Your last reply held tool calls written as text. They were not carried out, and the user does not see them. Make the calls through the tool interface, or answer in plain text.';

export const noAnswerCorrection =
  'Your last reply had reasoning only: neither an answer nor a tool call. The user does not read reasoning. Go on with a tool call, or write the answer as text.';
