/** The usage page of a window: reads the ledger of the workspace when it is looked at, and after each turn. */
import * as vscode from 'vscode';
import { messageOf } from '../core/errors.js';
import type { Log } from '../core/host.js';
import { readUsage } from '../core/usage/report.js';
import type { UsageReport } from '../protocol/usage.js';
import { mostUsageDays, type FromUsagePage, type ToUsagePage, type UsageAccount } from '../protocol/usagePage.js';
import type { Connection } from './connection.js';
import type { Engine } from './engine.js';
import { isUntrusted, whyBlocked } from './gate.js';
import { createPagePanel } from './pagePanel.js';
import { parseFromUsagePage } from './parseFromUsagePage.js';

export interface UsageView extends vscode.Disposable {
  show(): void;
  /** Something was sent, or the account is another: what is shown is read again, if it is shown. */
  refresh(): void;
  receive(message: FromUsagePage): Promise<void>;
}

export interface UsageViewParts {
  extensionUri: vscode.Uri;
  log: Log;
  engine: Engine;
  connection: Connection;
}

export const usageViewType = 'baleen.usage';

export function createUsageView(parts: UsageViewParts): UsageView {
  const { log, engine, connection } = parts;
  const panel = createPagePanel<FromUsagePage, ToUsagePage>({
    ...parts,
    ...{ page: 'usage', view: usageViewType, title: 'Usage', parse: parseFromUsagePage },
    onMessage: (message) => void receive(message),
    onVisible: () => void read(),
  });
  let newest = 0;
  const read = async (): Promise<void> => {
    const sentence = whyBlocked();
    if (sentence !== undefined) return panel.post({ type: 'blocked', sentence, untrusted: isUntrusted() });
    const mine = ++newest;
    try {
      const report = await readReport(engine);
      if (mine === newest) panel.post({ type: 'usage', report, account: accountOf(connection) });
    } catch (error) {
      log.warn(`The usage could not be read: ${messageOf(error)}`);
      if (mine === newest) panel.post({ type: 'failed', sentence: `The usage could not be read: ${messageOf(error)}` });
    }
  };
  const handlers: {
    [K in FromUsagePage['type']]: (message: Extract<FromUsagePage, { type: K }>) => Promise<void>;
  } = {
    ready: read,
    refresh: read,
    check_key: async () => {
      await connection.check();
      await read();
    },
    copy: async ({ text }) => vscode.env.clipboard.writeText(text),
    manage_trust: async () => void (await vscode.commands.executeCommand('workbench.trust.manage')),
  };
  const allowedWhileBlocked = ['ready', 'refresh', 'manage_trust'];
  const receive = async (message: FromUsagePage): Promise<void> => {
    if (whyBlocked() !== undefined && !allowedWhileBlocked.includes(message.type)) return read();
    await (handlers[message.type] as (message: FromUsagePage) => Promise<void>)(message);
  };
  return {
    show: () => panel.show(),
    refresh() {
      if (panel.isOpen()) void read();
    },
    receive,
    dispose: () => void panel.dispose(),
  };
}

async function readReport(engine: Engine): Promise<UsageReport> {
  const { parts } = await engine.open();
  return readUsage(parts.ledger, mostUsageDays, parts.host.clock.now());
}

/** The balance can be asked for where there is a key to ask with. */
function accountOf(connection: Connection): UsageAccount {
  const canAsk = ['accepted', 'rejected'].includes(connection.keyState());
  return { keyDetail: connection.keyDetail(), canAsk };
}
