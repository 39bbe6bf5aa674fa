/** The colours of the map, from the editor's theme. Each stands with a pattern: no two differ by colour alone. */
import { otherLanguage } from './languages.js';
import type { MapModel } from './model.js';
import type { DrawnState } from './standing.js';

export type Pattern = 'plain' | 'lines' | 'diagonal' | 'antidiagonal' | 'cross' | 'dots' | 'bars' | 'grid';

export interface Swatch {
  colour: string;
  pattern: Pattern;
  /** Drawn pale: what has no text in the pack. */
  pale: boolean;
}

export interface Palette {
  isContrast: boolean;
  background: string;
  foreground: string;
  focus: string;
  font: string;
  states: Record<DrawnState, Swatch>;
  /** By place in the ranking of languages. */
  languages: Swatch[];
  other: Swatch;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (names: string[], fallback: string): string => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value !== '') return withoutAlpha(value);
    }
    return fallback;
  };
  const foreground = read(['editor-foreground', 'foreground'], style.color);
  const blue = read(['charts-blue', 'editorInfo-foreground', 'textLink-foreground'], foreground);
  const green = read(['charts-green', 'gitDecoration-addedResourceForeground'], foreground);
  const yellow = read(['charts-yellow', 'editorWarning-foreground'], foreground);
  const red = read(['charts-red', 'editorError-foreground', 'errorForeground'], foreground);
  const orange = read(['charts-orange', 'debugTokenExpression-string'], yellow);
  const purple = read(['charts-purple', 'symbolIcon-functionForeground'], blue);
  const cyan = read(['terminal-ansiCyan', 'debugTokenExpression-number'], green);
  const magenta = read(['terminal-ansiMagenta', 'debugTokenExpression-name'], purple);
  const grey = read(['editorLineNumber-foreground', 'descriptionForeground'], foreground);
  const patterns: Pattern[] = ['plain', 'diagonal', 'dots', 'lines', 'antidiagonal', 'bars', 'cross', 'grid'];
  return {
    isContrast: read(['contrastBorder'], '') !== '',
    background: read(['editor-background', 'sideBar-background'], style.backgroundColor),
    foreground,
    focus: read(['focusBorder'], foreground),
    font: read(['font-family'], 'sans-serif'),
    states: {
      full: { colour: blue, pattern: 'plain', pale: false },
      outline: { colour: green, pattern: 'lines', pale: false },
      listed: { colour: yellow, pattern: 'diagonal', pale: true },
      withheld: { colour: grey, pattern: 'cross', pale: true },
      leaving: { colour: red, pattern: 'antidiagonal', pale: true },
    },
    languages: [blue, orange, green, purple, yellow, cyan, magenta, red].map((colour, place) => ({
      ...{ colour, pattern: patterns[place] ?? 'plain', pale: false },
    })),
    other: { colour: grey, pattern: 'plain', pale: false },
  };
}

/** Some of a theme's colours are meant to be seen through; how strongly a colour is laid on is decided here. */
function withoutAlpha(colour: string): string {
  if (/^#[0-9a-f]{8}$/i.test(colour)) return colour.slice(0, 7);
  return colour.replace(/^rgba\(([^,]+,[^,]+,[^,]+),[^)]+\)$/, 'rgb($1)');
}

export interface LanguageShare {
  name: string;
  tokens: number;
  files: number;
}

/** Languages by their tokens, most first; those that have no colour of their own are one. */
export function rankLanguages(model: MapModel, areas: readonly number[], most: number): LanguageShare[] {
  const shares = new Map<string, LanguageShare>();
  for (const [row, name] of model.languages.entries()) {
    const tokens = areas[row] ?? 0;
    if (tokens === 0) continue;
    const share = shares.get(name) ?? { name, tokens: 0, files: 0 };
    share.tokens += tokens;
    share.files++;
    shares.set(name, share);
  }
  const named = [...shares.values()]
    .filter(({ name }) => name !== otherLanguage)
    .sort((a, b) => b.tokens - a.tokens || (a.name < b.name ? -1 : 1));
  const other = shares.get(otherLanguage) ?? { name: otherLanguage, tokens: 0, files: 0 };
  for (const rest of named.slice(most)) {
    other.tokens += rest.tokens;
    other.files += rest.files;
  }
  return [...named.slice(0, most), ...(other.tokens > 0 ? [other] : [])];
}
