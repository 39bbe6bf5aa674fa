import type { Node } from '@vscode/tree-sitter-wasm';
import type { Grammar } from './readTree.js';

/** What a word means is certain only for a few characters; everything else is PowerShell's to say. */
const certain = /^[A-Za-z0-9_./\\:=+-]+$/;

export const powershellGrammar: Grammar = {
  commands: new Set(['command']),
  // Everything that an expression, a block, an operator or a redirection can be is noted for being unknown.
  structure: new Set(
    'program statement_list pipeline pipeline_chain empty_statement command_name command_elements command_argument_sep command_parameter generic_token array_literal_expression unary_expression string_literal verbatim_string_characters ERROR'.split(
      ' ',
    ),
  ),
  notes: {
    script_block_expression: 'runs a block',
    script_block: 'runs a block',
    command_invokation_operator: 'runs what another expression names',
    variable: 'uses a variable',
    assignment_expression: 'sets a variable',
    redirection: 'redirects what it prints',
    foreach_command: 'runs a block',
    '&': 'goes on in the background',
  },
  wordsOf(command) {
    const elements = command.childForFieldName('command_elements')?.namedChildren ?? [];
    const words = elements.filter((child): child is Node => child !== null && child.type !== 'command_argument_sep');
    const name = command.childForFieldName('command_name');
    // A back-tick stands for nothing before most characters, also inside a name.
    return [name?.text.replaceAll('`', ''), ...words.map(literalOf)];
  },
  redirectionOf: () => undefined,
};

function literalOf({ text }: Node): string | undefined {
  if (certain.test(text)) return text;
  return /^'[^']*'$/.test(text) ? text.slice(1, -1) : undefined;
}
