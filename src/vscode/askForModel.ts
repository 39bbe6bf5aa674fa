/** Asks in a list for a model, with what each costs; by keyboard as all lists of VS Code. */
import * as vscode from 'vscode';
import { serveModel } from '../core/model/catalogue.js';
import { priceOfSend, ratesAt } from '../core/model/prices.js';
import { formatCost } from '../protocol/money.js';
import { listChoices } from './modelChoices.js';
import { sameAsChat, thinkingLevels, type ModelPick } from './modelPick.js';
import type { Settings } from './settings.js';

interface Item extends vscode.QuickPickItem {
  model: string;
}

/** The one of now stands first, so that Enter goes on with it. */
export async function askForModel(
  title: string,
  settings: Settings,
  { now, tokens, offersChat = false }: { now: ModelPick; tokens?: number | undefined; offersChat?: boolean },
): Promise<ModelPick | typeof sameAsChat | undefined> {
  const chat = { model: sameAsChat, label: 'Same as chat', description: 'one cache for both' };
  const items: Item[] = [
    ...(offersChat ? [chat] : []),
    ...listChoices(settings).map(({ id, label, detail }) => ({
      ...{ model: id, label, detail },
      description: describePrice(settings, id, tokens),
    })),
  ];
  const first = items.findIndex(({ model }) => model === now.model);
  const [current] = first < 0 ? [] : items.splice(first, 1);
  const ordered = current === undefined ? items : [{ ...current, label: `$(check) ${current.label}` }, ...items];
  const chosen = await vscode.window.showQuickPick(ordered, {
    title,
    placeHolder: 'Which model?',
    ignoreFocusOut: true,
  });
  if (chosen === undefined) return undefined;
  if (chosen.model === sameAsChat) return sameAsChat;
  const levels = thinkingLevels.map((level) => ({ label: level, picked: level === now.thinking }));
  const sorted = [...levels.filter(({ picked }) => picked), ...levels.filter(({ picked }) => !picked)];
  const placeHolder = 'How much may it think? Thinking is billed as output.';
  const level = await vscode.window.showQuickPick(sorted, { title, placeHolder, ignoreFocusOut: true });
  return level === undefined ? undefined : { model: chosen.model, thinking: level.label };
}

function describePrice({ host, currency }: Settings, id: string, tokens: number | undefined): string {
  const model = serveModel(host, id);
  if (model === undefined || tokens === undefined) return '';
  const { first, further } = priceOfSend(tokens, ratesAt({ model, currency, rehearsal: false }, Date.now()));
  return `reads the repository for ${formatCost(first)}, from the cache for ${formatCost(further)}`;
}
