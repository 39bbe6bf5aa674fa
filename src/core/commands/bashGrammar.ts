import type { Node } from '@vscode/tree-sitter-wasm';
import type { Grammar, Redirection } from './readTree.js';

const substitution = 'takes the output of another command';
const variable = 'uses a variable';
const block = 'is more than a list of commands';

export const bashGrammar: Grammar = {
  commands: new Set(['command', 'declaration_command', 'unset_command', 'test_command']),
  structure: new Set(
    'program list pipeline redirected_statement command_name word number string string_content raw_string concatenation file_redirect file_descriptor test_operator variable_name binary_expression unary_expression heredoc_start heredoc_body heredoc_content heredoc_end ERROR'.split(
      ' ',
    ),
  ),
  notes: {
    '&': 'goes on in the background',
    command_substitution: substitution,
    process_substitution: substitution,
    simple_expansion: variable,
    expansion: variable,
    special_variable_name: variable,
    arithmetic_expansion: 'calculates',
    brace_expression: 'makes several words of one',
    ansi_c_string: 'writes characters as codes',
    translated_string: 'writes characters as codes',
    variable_assignment: 'sets a variable',
    variable_assignments: 'sets a variable',
    array: 'sets a variable',
    subscript: variable,
    heredoc_redirect: 'has its input in the line',
    herestring_redirect: 'has its input in the line',
    function_definition: 'defines a function',
    subshell: block,
    compound_statement: block,
    if_statement: block,
    elif_clause: block,
    else_clause: block,
    for_statement: block,
    c_style_for_statement: block,
    while_statement: block,
    case_statement: block,
    case_item: block,
    do_group: block,
    negated_command: block,
    test_command: block,
    extglob_pattern: 'holds a pattern',
    regex: 'holds a pattern',
    comment: 'has a comment, and what is one is not always clear',
  },
  wordsOf(command) {
    const words = command.namedChildren.filter((child): child is Node => child !== null && isWord(child));
    if (command.type === 'command') return words.map(literalOf);
    // `export`, `declare`, `unset`, `[`: the program is the first token, which has no name of its own.
    return [command.children[0]?.text, ...words.map(literalOf)];
  },
  redirectionOf(node) {
    if (node.type !== 'file_redirect') return undefined;
    const [target, ...words] = node
      .childrenForFieldName('destination')
      .filter((child): child is Node => child !== null);
    const redirection: Redirection = {
      writes: node.children.some((child) => child !== null && !child.isNamed && child.type.includes('>')),
      target: target === undefined ? undefined : literalOf(target),
    };
    return { redirection, words: words.map(literalOf) };
  },
};

const noWords = new Set(['variable_assignment', 'file_redirect', 'heredoc_redirect', 'herestring_redirect']);

function isWord(node: Node): boolean {
  return !noWords.has(node.type);
}

/** What the shell makes of a word, quotes and escapes taken off; `undefined` where that depends on anything else. */
function literalOf(node: Node): string | undefined {
  switch (node.type) {
    case 'command_name': {
      const only = node.children.length === 1 ? node.children[0] : undefined;
      return only ? literalOf(only) : undefined;
    }
    case 'number':
    case 'word':
    case 'variable_name':
      return /^~|[*?[\]{}$`]|\\\n/.test(node.text) ? undefined : node.text.replace(/\\(.)/gs, '$1');
    case 'raw_string':
      return node.text.slice(1, -1);
    case 'string': {
      const isPlain = node.namedChildren.every((child) => child?.type === 'string_content');
      return isPlain ? node.text.slice(1, -1).replace(/\\(["\\$`])/g, '$1') : undefined;
    }
    case 'concatenation': {
      const pieces = node.children.map((child) => (child === null ? undefined : literalOf(child)));
      return pieces.includes(undefined) ? undefined : pieces.join('');
    }
    default:
      return undefined;
  }
}
