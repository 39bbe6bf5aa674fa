import type { VNode } from 'preact';
import { MarkedText } from '../../components/markedText.js';
import type { MapNode } from '../model.js';

/** From the root to the folder that is shown; each one zooms out to it. */
export function Breadcrumb({ folder, onZoom }: { folder: MapNode; onZoom: (node: MapNode) => void }): VNode {
  const trail: MapNode[] = [];
  for (let at: MapNode | undefined = folder; at !== undefined; at = at.parent) trail.unshift(at);
  return (
    <nav class="breadcrumb" aria-label="Folder shown">
      <ol class="plain-list">
        {trail.map((node) => (
          <li key={node.path}>
            {node === folder ? (
              <span aria-current="true">{node.path === '' ? 'All files' : <MarkedText text={node.name} />}</span>
            ) : (
              <button type="button" class="text-button" onClick={() => onZoom(node)}>
                {node.path === '' ? 'All files' : <MarkedText text={node.name} />}
              </button>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
