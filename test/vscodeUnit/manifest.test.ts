import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Manifest {
  activationEvents: string[];
  scripts: Record<string, string>;
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

const sourceFolder = fileURLToPath(new URL('../../src/vscode/', import.meta.url));
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;
const settings = Object.entries(manifest.contributes.configuration.properties);

describe('the manifest', () => {
  it('lets a folder set nothing but the look of findings, and that only when it is trusted', () => {
    const reachable = settings.filter(([, { scope }]) => scope !== 'application' && scope !== 'machine');
    expect(reachable.map(([name]) => name)).toEqual(['baleen.reviewOnSave.minimumSeverity']);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(reachable.map(([name]) => name));
  });

  it('TRU-06: an address of another program reaches nothing', () => {
    expect(manifest.activationEvents.filter((event) => event.startsWith('onUri'))).toEqual([]);
    const sources = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    expect(sources.length).toBeGreaterThan(40);
    const handlers = sources.filter((path) => readFileSync(join(sourceFolder, path), 'utf8').includes('UriHandler'));
    expect(handlers).toEqual([]);
  });

  it('SUP-01: nothing of ours runs when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'prepack', 'postpack'];
    expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
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
