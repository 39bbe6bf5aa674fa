import type { SidebarState } from '../../src/protocol/sidebar.js';

/** A sidebar with an accepted key and nothing running. */
export const readyState: SidebarState = {
  keyState: 'accepted',
  keyDetail: 'Balance $4.20',
  model: 'deepseek-flash',
  models: [
    { id: 'deepseek-v4-pro', label: 'V4-Pro', detail: '$0.44 in · $0.004 cached · $0.87 out per 1M, off-peak' },
    { id: 'deepseek-flash', label: 'V4-Flash', detail: '$0.15 in · $0.003 cached · $0.60 out per 1M, off-peak' },
  ],
  thinking: 'high',
  approve: 'ask',
  session: 's1',
  running: false,
  commands: [],
};
