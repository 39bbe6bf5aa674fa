/**
 * What an outline shows of each language, by the node types of its grammar. The grammars are those of
 * `@vscode/tree-sitter-wasm`; C is read by the one for C++, which is a superset where signatures are concerned.
 */

export interface GrammarRules {
  /** Shown up to their body; what stands in the body is outlined below them, one step further in. */
  containers: readonly string[];
  /** Shown up to their body. */
  signatures: readonly string[];
  /** Shown as they stand, for some lines. */
  whole: readonly string[];
  /** Names with a value: a function's signature, or the first line. */
  values: readonly string[];
  /** Stand around a declaration and belong to its signature: `export`, a decorator, `template <…>`. */
  wrappers: readonly string[];
  /** Stand around declarations and are not shown. */
  through: readonly string[];
  /** Children that are bodies where the grammar has no field of that name. */
  bodies: readonly string[];
}

export type GrammarName =
  'typescript' | 'tsx' | 'javascript' | 'python' | 'go' | 'rust' | 'java' | 'cpp' | 'c-sharp' | 'ruby' | 'php';

const none = { containers: [], signatures: [], whole: [], values: [], wrappers: [], through: [], bodies: [] } as const;

const typescript: GrammarRules = {
  ...none,
  containers: [
    'class_declaration',
    'abstract_class_declaration',
    'interface_declaration',
    'internal_module',
    'module',
    'class',
  ],
  signatures: [
    'function_declaration',
    'generator_function_declaration',
    'function_signature',
    'method_definition',
    'method_signature',
    'abstract_method_signature',
    'call_signature',
    'construct_signature',
    'property_signature',
    'index_signature',
  ],
  whole: ['type_alias_declaration', 'enum_declaration'],
  values: [
    'lexical_declaration',
    'variable_declaration',
    'public_field_definition',
    'field_definition',
    'expression_statement',
  ],
  wrappers: ['export_statement', 'ambient_declaration'],
};

const cpp: GrammarRules = {
  ...none,
  containers: ['class_specifier', 'struct_specifier', 'union_specifier', 'namespace_definition'],
  signatures: ['function_definition', 'preproc_function_def', 'inline_method_definition'],
  whole: [
    'declaration',
    'field_declaration',
    'enum_specifier',
    'alias_declaration',
    'type_definition',
    'concept_definition',
  ],
  wrappers: ['template_declaration'],
  through: [
    'preproc_ifdef',
    'preproc_if',
    'preproc_else',
    'preproc_elif',
    'linkage_specification',
    'declaration_list',
    'field_declaration_list',
  ],
  bodies: ['field_declaration_list', 'declaration_list', 'preproc_arg'],
};

const rust: GrammarRules = {
  ...none,
  containers: ['impl_item', 'trait_item', 'mod_item'],
  signatures: ['function_item', 'function_signature_item', 'macro_definition'],
  whole: [
    'struct_item',
    'enum_item',
    'union_item',
    'type_item',
    'const_item',
    'static_item',
    'associated_type',
    'trait_alias',
  ],
  through: ['foreign_mod_item', 'declaration_list'],
  bodies: ['macro_rule'],
};

const java: GrammarRules = {
  ...none,
  containers: [
    'class_declaration',
    'interface_declaration',
    'enum_declaration',
    'record_declaration',
    'annotation_type_declaration',
  ],
  signatures: ['method_declaration', 'constructor_declaration', 'compact_constructor_declaration'],
  whole: ['enum_constant', 'annotation_type_element_declaration'],
  values: ['field_declaration', 'constant_declaration'],
  through: ['enum_body_declarations'],
};

const csharp: GrammarRules = {
  ...none,
  containers: [
    'namespace_declaration',
    'class_declaration',
    'interface_declaration',
    'struct_declaration',
    'record_declaration',
  ],
  signatures: [
    'file_scoped_namespace_declaration',
    'method_declaration',
    'constructor_declaration',
    'destructor_declaration',
    'operator_declaration',
    'conversion_operator_declaration',
    'indexer_declaration',
    'property_declaration',
    'event_declaration',
  ],
  whole: ['enum_declaration', 'delegate_declaration'],
  values: ['field_declaration', 'event_field_declaration'],
  through: ['declaration_list', 'preproc_if', 'preproc_else', 'preproc_region'],
  bodies: ['accessor_list', 'arrow_expression_clause', 'block', 'declaration_list'],
};

export const grammarRules: Readonly<Record<GrammarName, GrammarRules>> = {
  typescript,
  tsx: typescript,
  javascript: typescript,
  python: {
    ...none,
    containers: ['class_definition'],
    signatures: ['function_definition'],
    whole: ['type_alias_statement'],
    values: ['expression_statement'],
    wrappers: ['decorated_definition'],
    through: ['if_statement', 'try_statement', 'block'],
  },
  go: {
    ...none,
    signatures: ['function_declaration', 'method_declaration'],
    whole: ['type_declaration', 'const_declaration', 'var_declaration'],
  },
  rust,
  java,
  cpp,
  'c-sharp': csharp,
  ruby: {
    ...none,
    containers: ['class', 'module', 'singleton_class'],
    signatures: ['method', 'singleton_method'],
    values: ['assignment'],
    bodies: ['body_statement'],
    through: ['body_statement'],
  },
  php: {
    ...none,
    containers: [
      'class_declaration',
      'interface_declaration',
      'trait_declaration',
      'enum_declaration',
      'namespace_definition',
    ],
    signatures: ['function_definition', 'method_declaration'],
    whole: ['property_declaration', 'const_declaration', 'enum_case', 'use_declaration'],
    through: ['compound_statement', 'declaration_list', 'enum_declaration_list'],
    bodies: ['declaration_list', 'compound_statement', 'enum_declaration_list'],
  },
};

/** By the end of a file's name, in lower case. */
const grammarsByEnding: Readonly<Record<string, GrammarName>> = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  py: 'python',
  pyi: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  c: 'cpp',
  h: 'cpp',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hh: 'cpp',
  hpp: 'cpp',
  hxx: 'cpp',
  cs: 'c-sharp',
  rb: 'ruby',
  rake: 'ruby',
  php: 'php',
};

/** The grammar for a file, by its name; `undefined` for languages without outlines. */
export function grammarOf(path: string): GrammarName | undefined {
  const dot = path.lastIndexOf('.');
  const ending = dot < 0 ? '' : path.slice(dot + 1).toLowerCase();
  return Object.hasOwn(grammarsByEnding, ending) ? grammarsByEnding[ending] : undefined;
}
