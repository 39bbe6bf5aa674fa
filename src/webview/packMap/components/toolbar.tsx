import type { VNode } from 'preact';
import { Icon } from '../../components/icon.js';
import { Segments } from '../../components/segments.js';
import { formatCount } from '../../format.js';
import type { MapModel } from '../model.js';
import { shownTokens, type Filter } from '../rowOrder.js';
import type { Standing } from '../standing.js';

export type Colouring = 'state' | 'language';

export interface ToolbarProps {
  model: MapModel;
  standing: Standing;
  filter: Filter;
  matches: readonly boolean[] | undefined;
  /** The rows of the table, filtered. */
  rows: readonly number[];
  colouring: Colouring;
  showLeftOut: boolean;
  onQuery: (query: string) => void;
  onColouring: (colouring: Colouring) => void;
  onShowLeftOut: (on: boolean) => void;
}

const colourings: readonly { value: Colouring; label: string }[] = [
  { value: 'state', label: 'State' },
  { value: 'language', label: 'Language' },
];

export function Toolbar(props: ToolbarProps): VNode {
  const { model, standing, filter, matches, rows, colouring, showLeftOut } = props;
  const tokens = rows.reduce((sum, row) => sum + shownTokens(model, standing, row), 0);
  const hits = `${formatCount(rows.length, 'file')}, ${formatCount(tokens, 'token')}`;
  return (
    <div class="toolbar" role="search">
      <div class="search">
        <Icon name="search" />
        <input
          type="search"
          aria-label="Search paths"
          aria-describedby="search-hits"
          placeholder="Search paths"
          spellcheck={false}
          value={filter.query}
          onInput={(event) => props.onQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') props.onQuery('');
          }}
        />
        <span id="search-hits" class="hits quiet" role="status">
          {matches === undefined ? '' : hits}
        </span>
      </div>
      <Segments label="Colour by" choices={colourings} chosen={colouring} onChoose={props.onColouring} />
      <label class="check">
        <input
          type="checkbox"
          checked={showLeftOut}
          onChange={(event) => props.onShowLeftOut(event.currentTarget.checked)}
        />
        Show what is left out
      </label>
    </div>
  );
}
