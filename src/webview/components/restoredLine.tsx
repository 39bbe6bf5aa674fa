import type { VNode } from 'preact';
import { formatCount } from '../format.js';
import type { RestoredItem } from '../items.js';
import { Fold } from './fold.js';
import { Icon } from './icon.js';
import { PathLink } from './pathLink.js';

export function RestoredLine({ item }: { item: RestoredItem }): VNode {
  const head = (
    <>
      <Icon name="discard" />
      <span class="line-text">
        {formatCount(item.paths.length, 'file')} restored: {item.reason}
      </span>
    </>
  );
  return (
    <Fold class="line" head={head}>
      {() => (
        <div class="file-list">
          {item.paths.map((path) => (
            <PathLink key={path} path={path} />
          ))}
        </div>
      )}
    </Fold>
  );
}
