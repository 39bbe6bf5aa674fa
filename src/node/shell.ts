/** The one place where program, arguments and environment of a command's shell are decided. */
import type { SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { buildEnvironment, withheldVariables } from './commandEnvironment.js';

export interface ShellSettings {
  /** Path or name of bash, zsh, fish, sh, cmd or PowerShell; by default what `chooseShell` says. */
  shell?: string;
  extraEnv?: Readonly<Record<string, string>>;
  /** Globs of environment variables that commands do not see; by default `withheldVariables`. */
  withheld?: readonly string[];
}

export interface ShellCall {
  program: string;
  args: readonly string[];
  env: Record<string, string>;
  options: Pick<SpawnOptions, 'detached' | 'windowsHide' | 'windowsVerbatimArguments'>;
}

/** Not the user's login shell: the model is told one language, the gate reads that language, and it has to be this one. */
export function chooseShell(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (platform === 'win32') return env['ComSpec'] ?? 'cmd.exe';
  return ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path)) ?? '/bin/sh';
}

/** `mark` is what every process of the command inherits. */
export function callShell(line: string, settings: ShellSettings, mark: string): ShellCall {
  const { platform } = process;
  const shell = settings.shell ?? chooseShell(platform, process.env);
  const env = buildEnvironment(process.env, settings.withheld ?? withheldVariables, settings.extraEnv ?? {}, mark);
  const args = argumentsOf(shell, line);
  if (platform === 'win32') {
    const isCmd = /cmd(?:\.exe)?$/i.test(shell);
    return { program: shell, args, env, options: { windowsHide: true, windowsVerbatimArguments: isCmd } };
  }
  // One pipe for both streams keeps their order; the outer shell only joins them and is replaced by the inner one.
  const joined = ['-c', 'exec "$@" 2>&1', 'sh', shell, ...args];
  return { program: '/bin/sh', args: joined, env, options: { detached: true } };
}

/** Startup files are not read: an alias or a function in them would give a line another meaning than its text. */
function argumentsOf(shell: string, line: string): readonly string[] {
  const name = basename(shell.replaceAll('\\', '/'))
    .toLowerCase()
    .replace(/\.exe$/, '');
  switch (name) {
    case 'cmd':
      return ['/d', '/s', '/c', `"${line}"`];
    case 'pwsh':
    case 'powershell':
      return [
        '-NoProfile',
        '-NonInteractive',
        '-Command',
        `[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false)\n${line}`,
      ];
    case 'fish':
      return ['--no-config', '-c', line];
    case 'zsh':
      return ['-f', '-c', line];
    default:
      return ['-c', line];
  }
}
