import type { VNode } from 'preact';

/** A codicon; decoration only, the words stand beside it. */
export function Icon({ name, spin = false }: { name: string; spin?: boolean }): VNode {
  return <span class={`codicon codicon-${name}${spin ? ' codicon-modifier-spin' : ''}`} aria-hidden="true" />;
}
