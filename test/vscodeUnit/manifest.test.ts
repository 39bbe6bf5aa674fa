import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Manifest {
  contributes: {
    commands: { command: string; category?: string }[];
    configuration: {
      properties: Record<
        string,
        { scope?: string; order?: number; description?: string; markdownDescription?: string }
      >;
    };
  };
  capabilities: { untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] } };
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;
const settings = Object.entries(manifest.contributes.configuration.properties);

describe('the manifest', () => {
  it('lets a folder set nothing but the look of findings, and that only when it is trusted', () => {
    const reachable = settings.filter(([, { scope }]) => scope !== 'application' && scope !== 'machine');
    expect(reachable.map(([name]) => name)).toEqual(['baleen.reviewOnSave.minimumSeverity']);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(reachable.map(([name]) => name));
  });

  it('has few settings, all described', () => {
    expect(settings.length).toBeLessThanOrEqual(25);
    for (const [, one] of settings)
      expect((one.description ?? one.markdownDescription ?? '').length).toBeGreaterThan(20);
  });

  it('shows its settings in the order in which they stand', () => {
    expect(settings.map(([, { order }]) => order)).toEqual(settings.map((_, at) => at + 1));
  });

  it('names its commands alike', () => {
    for (const { command, category } of manifest.contributes.commands) {
      expect(command).toMatch(/^baleen\.[a-zA-Z]+$/);
      expect(category).toBe('Baleen');
    }
  });
});
