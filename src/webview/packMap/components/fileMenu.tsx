import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { extensionOf, mapStates, type FromMapPage } from '../../../protocol/packMap.js';
import { isInside, type MapModel, type MapNode } from '../model.js';
import { reasonOf } from '../rowOrder.js';
import { spellShort } from '../spell.js';
import type { Post } from '../post.js';

export interface MenuPlace {
  node: MapNode;
  x: number;
  y: number;
  /** Gets the keyboard back. */
  returnTo: Element | null;
}

export interface FileMenuProps {
  menu: MenuPlace;
  model: MapModel;
  post: Post;
  onOpen: (node: MapNode) => void;
  onClose: () => void;
}

interface Item {
  label: string;
  /** Absent: the entry only says why it cannot be done. */
  run?: () => void;
  /** A line above it. */
  begins?: true;
}

export function FileMenu({ menu, model, post, onOpen, onClose }: FileMenuProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const items = itemsFor(menu.node, model, post, onOpen);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const { offsetWidth, offsetHeight } = current;
    current.style.left = `${Math.max(4, Math.min(menu.x, window.innerWidth - offsetWidth - 4))}px`;
    current.style.top = `${Math.max(4, Math.min(menu.y, window.innerHeight - offsetHeight - 4))}px`;
    current.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [menu]);
  useEffect(() => {
    const close = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === true) return;
      onClose();
    };
    // The editor around the page takes the focus when the user clicks there.
    window.addEventListener('mousedown', close);
    window.addEventListener('blur', onClose);
    return () => {
      window.removeEventListener('mousedown', close);
      window.removeEventListener('blur', onClose);
    };
  }, [onClose]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const places: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    const place = places[event.key];
    if (place !== undefined) all.at(place % all.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else return;
    event.preventDefault();
  };
  return (
    <div ref={box} class="menu" role="menu" aria-label={`Actions for ${menu.node.path}`} onKeyDown={onKeyDown}>
      {items.map(({ label, run, begins }) => (
        <button
          key={label}
          type="button"
          role="menuitem"
          class={`menu-item${begins === true ? ' begins' : ''}`}
          tabIndex={-1}
          aria-disabled={run === undefined}
          onClick={() => {
            if (run === undefined) return;
            onClose();
            run();
          }}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

function itemsFor(node: MapNode, model: MapModel, post: Post, onOpen: (node: MapNode) => void): Item[] {
  const { path, row, parent } = node;
  const about = (type: 'reveal_file' | 'copy_path') => (): void => post({ type, path });
  const items: Item[] = [
    row < 0 ? { label: 'Zoom In', run: () => onOpen(node) } : { label: 'Open', run: () => onOpen(node) },
    { label: 'Reveal in Explorer', run: about('reveal_file') },
    { label: 'Copy Path', run: about('copy_path') },
  ];
  if (row >= 0 && parent !== undefined && parent.path !== '') {
    items.push({ label: `Zoom In to ${spellShort(parent.path)}`, run: () => onOpen(parent) });
  }
  const choices =
    row < 0 ? folderItems(path, model, post) : [...fileItems(node, model, post), ...aroundItems(node, model, post)];
  return [...items, ...choices.map((item, index): Item => (index === 0 ? { ...item, begins: true } : item))];
}

/** Reasons that no choice of the user changes: there is no text. */
const noText: ReadonlySet<string> = new Set([
  'binary',
  'unknown encoding',
  'symbolic link',
  'not a regular file',
  'submodule or nested repository',
  'unreadable',
]);

function fileItems({ path, row }: MapNode, model: MapModel, post: Post): Item[] {
  const reason = reasonOf(model, row);
  if (reason === '') return [{ label: 'Exclude This File…', run: excludes(post, 'file', path, false) }];
  if (noText.has(reason)) return [{ label: `Cannot be packed: ${reason}` }];
  if (reason === 'secret file') return [{ label: 'Secret files stay out of the pack' }];
  return [{ label: 'Bring This File Back…', run: excludes(post, 'file', path, true) }];
}

function aroundItems(node: MapNode, model: MapModel, post: Post): Item[] {
  const extension = extensionOf(node.path);
  const isPacked = reasonOf(model, node.row) === '';
  const folder = node.parent !== undefined && node.parent.path !== '' ? folderItems(node.parent.path, model, post) : [];
  if (extension === '' || !isPacked) return folder;
  const label = `Exclude All *${spellShort(extension)} Files…`;
  return [...folder, { label, run: excludes(post, 'extension', node.path, false) }];
}

function folderItems(folder: string, model: MapModel, post: Post): Item[] {
  let packed = false;
  let back = false;
  for (const [row, path] of model.files.paths.entries()) {
    if (!isInside(path, folder)) continue;
    const reason = reasonOf(model, row);
    if (mapStates[model.files.states[row] ?? -1] !== 'withheld') packed = true;
    else if (!noText.has(reason) && reason !== 'secret file') back = true;
  }
  const name = spellShort(folder);
  return [
    ...(packed ? [{ label: `Exclude Folder ${name}…`, run: excludes(post, 'folder', folder, false) }] : []),
    ...(back ? [{ label: `Bring Folder ${name} Back…`, run: excludes(post, 'folder', folder, true) }] : []),
  ];
}

function excludes(
  post: Post,
  scope: Extract<FromMapPage, { type: 'exclude' }>['scope'],
  path: string,
  back: boolean,
): () => void {
  return () => post({ type: 'exclude', scope, path, back });
}
