/** The places of a refactoring as a tree with check boxes: by file, those not found on disk unchecked and marked. */
import * as vscode from 'vscode';
import { absoluteOf, rootOf, type Roots } from '../core/repository/roots.js';
import type { Site } from '../protocol/events.js';

export interface SitesTree extends vscode.Disposable {
  /** Shows the places and waits for "Apply" or "Cancel"; `undefined` when cancelled. */
  choose(rule: string, sites: readonly Site[], signal: AbortSignal): Promise<Site[] | undefined>;
  apply(): void;
  cancel(): void;
  /** For each place as shown: checked or not. */
  shown(): { site: Site; checked: boolean }[];
  setChecked(id: string, checked: boolean): void;
}

export const sitesViewId = 'baleen.sites';

type Node = { kind: 'file'; path: string; sites: Site[] } | { kind: 'site'; site: Site };

interface Choice {
  sites: readonly Site[];
  checked: Set<string>;
  answer: (sites: Site[] | undefined) => void;
}

export function createSitesTree(roots: () => Roots | undefined): SitesTree {
  const changed = new vscode.EventEmitter<void>();
  let choice: Choice | undefined;
  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getChildren(node) {
      if (node === undefined) return choice === undefined ? [] : groupByFile(choice.sites);
      return node.kind === 'file' ? node.sites.map((site) => ({ kind: 'site', site })) : [];
    },
    getTreeItem: (node) => renderNode(node, choice?.checked ?? new Set(), roots()),
  };
  const view = vscode.window.createTreeView(sitesViewId, {
    treeDataProvider: provider,
    manageCheckboxStateManually: true,
    showCollapseAll: true,
  });
  const set = (node: Node, isChecked: boolean): void => {
    for (const site of node.kind === 'file' ? node.sites.filter((one) => one.onDisk) : [node.site]) {
      if (isChecked) choice?.checked.add(site.id);
      else choice?.checked.delete(site.id);
    }
  };
  const listening = view.onDidChangeCheckboxState(({ items }) => {
    for (const [node, state] of items) set(node, state === vscode.TreeItemCheckboxState.Checked);
    changed.fire();
  });
  const end = (sites: Site[] | undefined): void => {
    const ended = choice;
    choice = undefined;
    void vscode.commands.executeCommand('setContext', 'baleen.choosingSites', false);
    changed.fire();
    ended?.answer(sites);
  };
  return {
    async choose(rule, sites, signal) {
      end(undefined);
      const answer = new Promise<Site[] | undefined>((resolve) => {
        const checked = new Set(sites.filter((site) => site.onDisk).map((site) => site.id));
        choice = { sites, checked, answer: resolve };
      });
      const onAbort = (): void => end(undefined);
      signal.addEventListener('abort', onAbort, { once: true });
      view.description = rule;
      view.message = describeSites(sites);
      changed.fire();
      await vscode.commands.executeCommand('setContext', 'baleen.choosingSites', true);
      await vscode.commands.executeCommand(`${sitesViewId}.focus`);
      return answer.finally(() => signal.removeEventListener('abort', onAbort));
    },
    apply: () => end(choice?.sites.filter((site) => choice?.checked.has(site.id))),
    cancel: () => end(undefined),
    shown: () => (choice?.sites ?? []).map((site) => ({ site, checked: choice?.checked.has(site.id) ?? false })),
    setChecked(id, checked) {
      const site = choice?.sites.find((one) => one.id === id);
      if (site !== undefined) set({ kind: 'site', site }, checked);
      changed.fire();
    },
    dispose() {
      end(undefined);
      listening.dispose();
      view.dispose();
      changed.dispose();
    },
  };
}

function describeSites(sites: readonly Site[]): string {
  const files = new Set(sites.map((site) => site.path)).size;
  const missing = sites.filter((site) => !site.onDisk).length;
  const doubt = missing === 0 ? '' : ` ${missing} were not found on disk and are unchecked.`;
  return `${sites.length} places in ${files} files.${doubt} Uncheck what must stay, then apply.`;
}

function groupByFile(sites: readonly Site[]): Node[] {
  const files = new Map<string, Site[]>();
  for (const site of sites) files.set(site.path, [...(files.get(site.path) ?? []), site]);
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, own]) => ({ kind: 'file', path, sites: own }));
}

function renderNode(node: Node, checked: ReadonlySet<string>, roots: Roots | undefined): vscode.TreeItem {
  if (node.kind === 'file') {
    const item = new vscode.TreeItem(node.path, vscode.TreeItemCollapsibleState.Expanded);
    item.id = `file ${node.path}`;
    item.iconPath = vscode.ThemeIcon.File;
    item.checkboxState = toState(
      node.sites.every((site) => !site.onDisk || checked.has(site.id)) && node.sites.some((site) => site.onDisk),
    );
    return item;
  }
  const { site } = node;
  const line = site.place === undefined ? '' : `${site.place.startLine}: `;
  const item = new vscode.TreeItem(`${line}${site.quote.trim().split('\n', 1)[0] ?? ''}`);
  item.id = `site ${site.id}`;
  item.description = site.onDisk ? site.reason : `not found on disk · ${site.reason}`;
  item.tooltip = `${site.quote}\n\n${site.reason}`;
  if (!site.onDisk) item.iconPath = new vscode.ThemeIcon('warning');
  item.checkboxState = toState(checked.has(site.id));
  if (site.place !== undefined && roots !== undefined && rootOf(roots, site.path) !== undefined) {
    const { startLine, startColumn, endLine, endColumn } = site.place;
    const selection = new vscode.Range(startLine - 1, startColumn, endLine - 1, endColumn);
    const target = vscode.Uri.file(absoluteOf(roots, site.path));
    item.command = { command: 'vscode.open', title: 'Open', arguments: [target, { selection, preserveFocus: true }] };
  }
  return item;
}

function toState(isChecked: boolean): vscode.TreeItemCheckboxState {
  return isChecked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked;
}
