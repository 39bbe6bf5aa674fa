import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatShare } from '../../format.js';
import type { MapModel } from '../model.js';
import { fitCanvas, paintSwatch } from '../paint.js';
import type { LanguageShare, Palette, Swatch } from '../palette.js';
import type { Filter } from '../rowOrder.js';
import { drawnStates, stateNames, type Standing } from '../standing.js';
import type { Colouring } from './toolbar.js';

export interface LegendProps {
  model: MapModel;
  standing: Standing;
  areas: readonly number[];
  colouring: Colouring;
  palette: Palette;
  languages: readonly LanguageShare[];
  only: Filter['only'];
  onOnly: (only: Filter['only']) => void;
}

interface Entry {
  name: string;
  label: string;
  detail: string;
  swatch: Swatch;
}

/** What the colours and patterns mean; a click shows one of them alone. */
export function Legend(props: LegendProps): VNode {
  const { colouring, only, onOnly, palette } = props;
  const entries = colouring === 'state' ? stateEntries(props) : languageEntries(props);
  return (
    <ul class="legend plain-list" aria-label={colouring === 'state' ? 'States' : 'Languages'}>
      {entries.map(({ name, label, detail, swatch }) => {
        const isOnly = only?.name === name;
        return (
          <li key={name}>
            <button
              type="button"
              class="legend-entry"
              aria-pressed={isOnly}
              onClick={() => onOnly(isOnly ? undefined : { kind: colouring, name })}
            >
              <SwatchView swatch={swatch} palette={palette} />
              <span>{label}</span>
              <span class="quiet">{detail}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function stateEntries({ standing, palette }: LegendProps): Entry[] {
  return drawnStates.flatMap((name) => {
    const files = standing.states.reduce((sum, state) => sum + (state === name ? 1 : 0), 0);
    const entry = {
      name,
      label: stateNames[name],
      detail: files.toLocaleString('en-US'),
      swatch: palette.states[name],
    };
    return files > 0 ? [entry] : [];
  });
}

function languageEntries({ languages, palette }: LegendProps): Entry[] {
  const all = languages.reduce((sum, { tokens }) => sum + tokens, 0);
  return languages.map(({ name, tokens }, place) => ({
    ...{ name, label: name, detail: formatShare(tokens / Math.max(1, all)) },
    swatch: name === 'Other' ? palette.other : (palette.languages[place] ?? palette.other),
  }));
}

const swatchPx = 14;

function SwatchView({ swatch, palette }: { swatch: Swatch; palette: Palette }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current === null ? null : fitCanvas(canvas.current, swatchPx, swatchPx);
    if (context !== null) paintSwatch(context, swatch, palette, swatchPx);
  }, [swatch, palette]);
  return <canvas ref={canvas} class="swatch" aria-hidden="true" />;
}
