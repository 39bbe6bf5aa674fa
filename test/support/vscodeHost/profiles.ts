import { QUIET_SETTINGS } from '../../../scripts/lib/codeServer.mjs';

/**
 * trusted: every folder is. restricted: trust is on and the folder has none. watcher: trusted, and VS Code watches files.
 * roots: trusted, with a workspace of two folders.
 */
export type HostProfile = 'trusted' | 'restricted' | 'watcher' | 'roots';

export const HOST_PROFILES: readonly HostProfile[] = ['trusted', 'restricted', 'watcher', 'roots'];

const TEST_SETTINGS = {
  ...QUIET_SETTINGS,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'files.autoSave': 'off',
  'comments.openView': 'never',
  'git.openRepositoryInParentFolders': 'never',
  'terminal.integrated.defaultProfile.linux': 'bash',
  'terminal.integrated.shellIntegration.enabled': true,
  // Puts a terminal's text into the page, where a test can read it.
  'terminal.integrated.gpuAcceleration': 'off',
};

const NO_WATCHER = { 'files.watcherExclude': { '**/**': true } };

/** User settings of a profile. */
export function listProfileSettings(profile: HostProfile): Record<string, unknown> {
  switch (profile) {
    case 'trusted':
    case 'roots':
      return { ...TEST_SETTINGS, ...NO_WATCHER, 'security.workspace.trust.enabled': false };
    case 'watcher':
      return { ...TEST_SETTINGS, 'security.workspace.trust.enabled': false };
    case 'restricted':
      return {
        ...TEST_SETTINGS,
        ...NO_WATCHER,
        'security.workspace.trust.enabled': true,
        'security.workspace.trust.startupPrompt': 'never',
        'security.workspace.trust.banner': 'never',
        'security.workspace.trust.emptyWindow': false,
      };
  }
}
