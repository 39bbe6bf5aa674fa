import type { VNode } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { PackMapFacts } from '../../../protocol/packMap.js';
import type { MapModel, MapNode } from '../model.js';
import { innermost } from '../model.js';
import { rankLanguages, type LanguageShare, type Palette, type Swatch } from '../palette.js';
import { listRows, matchRows, reasonOf, shownTokens, type Filter } from '../rowOrder.js';
import { areasOf, standingOf, type Standing } from '../standing.js';
import type { MapPageState } from '../state.js';
import { usePalette } from '../usePalette.js';
import { BudgetPanel } from './budgetPanel.js';
import { Facts } from './facts.js';
import { FileMenu, type MenuPlace } from './fileMenu.js';
import { FileTable } from './fileTable.js';
import { Legend } from './legend.js';
import { MapView } from './mapView.js';
import type { Post } from '../post.js';
import { Toolbar, type Colouring } from './toolbar.js';

export interface MapScreenProps {
  model: MapModel;
  facts: PackMapFacts;
  answer: MapPageState['answer'];
  post: Post;
}

const noFilter: Filter = { query: '', only: undefined };

/** The map, the table beside it and the slider below, over one selection, one filter and one zoom. */
export function MapScreen({ model, facts, answer, post }: MapScreenProps): VNode {
  const [folderPath, setFolderPath] = useState('');
  const [selectedPath, setSelectedPath] = useState<string | undefined>(undefined);
  const [filter, setFilter] = useState(noFilter);
  const [colouring, setColouring] = useState<Colouring>('state');
  const [showLeftOut, setShowLeftOut] = useState(false);
  const [asked, setAsked] = useState<number | undefined>(undefined);
  const [menu, setMenu] = useState<MenuPlace | undefined>(undefined);
  const palette = usePalette();

  // The last answer stays until the next one is there, so that nothing flickers while the slider moves.
  const plan = asked !== undefined && answer !== undefined && 'plan' in answer ? answer.plan : undefined;
  const folder = model.folders.get(folderPath) ?? model.root;
  const standing = useMemo(() => standingOf(model, plan), [model, plan]);
  const areas = useSame(useMemo(() => areasOf(model, standing, showLeftOut), [model, standing, showLeftOut]));
  const matches = useMemo(() => matchRows(model, standing, filter), [model, standing, filter]);
  const rows = useMemo(
    () => listRows(model, folder.path, matches, (row) => showLeftOut || (areas[row] ?? 0) > 0),
    [model, folder, matches, areas, showLeftOut],
  );
  const { languages, swatchOf } = useSwatches({ model, standing, areas, palette, colouring });

  const zoom = (node: MapNode): void => {
    setFolderPath(innermost(node).path);
    setSelectedPath(undefined);
  };
  const openMenu = (node: MapNode, x: number, y: number): void => {
    setSelectedPath(node.path);
    setMenu({ node, x, y, returnTo: document.activeElement });
  };
  const open = (node: MapNode): void => (node.row < 0 ? zoom(node) : post({ type: 'open_file', path: node.path }));
  const selected = selectedPath === undefined ? undefined : nodeAt(model, selectedPath);
  const shared = { model, standing, folder, selected, onOpen: open, onMenu: openMenu };
  const tokensOf = (row: number): number => shownTokens(model, standing, row);
  return (
    <main class="screen">
      <Facts model={model} facts={facts} post={post} />
      <Toolbar
        {...{ filter, colouring, showLeftOut, standing, rows, matches, model }}
        onQuery={(query) => setFilter({ ...filter, query })}
        onShowLeftOut={setShowLeftOut}
        onColouring={(next) => {
          setColouring(next);
          setFilter({ ...filter, only: undefined });
        }}
      />
      <div class="panes">
        <section class="map-pane" aria-label="Map">
          <MapView
            {...shared}
            {...{ areas, palette, swatchOf, matches, tokensOf }}
            onZoom={zoom}
            onSelect={(node) => setSelectedPath(node?.path)}
          />
          <Legend
            {...{ colouring, palette, standing, areas, languages, model, only: filter.only }}
            onOnly={(only) => setFilter({ ...filter, only })}
          />
        </section>
        <div class="side-pane">
          <FileTable
            {...shared}
            {...{ rows, reasonOf, isWhole: matches === undefined && folder === model.root && plan === undefined }}
            hasReasons={showLeftOut}
            onSelect={(row) => setSelectedPath(model.files.paths[row])}
          />
          <BudgetPanel
            {...{ model, facts, answer, post, plan }}
            onAsk={setAsked}
            onFolder={(path) => setFolderPath(path)}
          />
        </div>
      </div>
      {menu !== undefined && (
        <FileMenu
          {...{ menu, model, post }}
          onOpen={open}
          onClose={() => {
            setMenu(undefined);
            if (menu.returnTo instanceof HTMLElement) menu.returnTo.focus();
          }}
        />
      )}
    </main>
  );
}

interface Coloured {
  model: MapModel;
  standing: Standing;
  areas: readonly number[];
  palette: Palette;
  colouring: Colouring;
}

/** How each file is painted: by its state, or in its language's colour and paler or patterned as its state is. */
function useSwatches({ model, standing, areas, palette, colouring }: Coloured): {
  languages: LanguageShare[];
  swatchOf: (row: number) => Swatch;
} {
  const languages = useMemo(
    () => rankLanguages(model, areas, palette.languages.length),
    [model, areas, palette.languages.length],
  );
  const swatchOf = useMemo(() => {
    const ranks = new Map(languages.map(({ name }, place) => [name, place]));
    return (row: number): Swatch => {
      const state = palette.states[standing.states[row] ?? 'withheld'];
      if (colouring === 'state') return state;
      const own = palette.languages[ranks.get(model.languages[row] ?? '') ?? -1] ?? palette.other;
      return state.pale ? { ...own, pattern: state.pattern, pale: true } : own;
    };
  }, [languages, palette, standing, colouring, model]);
  return { languages, swatchOf };
}

function nodeAt(model: MapModel, path: string): MapNode | undefined {
  return model.leaves[model.rowOf.get(path) ?? -1] ?? model.folders.get(path);
}

/** The earlier array while the new one is equal to it: what depends on it need not be done again. */
function useSame(next: number[]): number[] {
  const kept = useRef(next);
  const { current } = kept;
  if (current.length !== next.length || next.some((value, index) => value !== current[index])) kept.current = next;
  return kept.current;
}
