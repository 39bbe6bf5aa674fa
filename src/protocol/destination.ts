/** What is told before a workspace's contents go to a host for the first time. */
import type { Cost } from './money.js';

export interface SendQuestion {
  /** Scheme, host and port, for instance `https://api.deepseek.com`. */
  origin: string;
  /** The host's name; absent for an address that the catalogue does not know. */
  host?: string;
  /** Who runs it, as far as known. */
  operator?: 'service' | 'own server';
  /** Under whose law the operator stands, as far as known. */
  jurisdiction?: string;
  /** Whole or as an outline in the pack. */
  files: number;
  /** Of pack and change log. */
  tokens: number;
  /** Of reading them for the first time. */
  price: Cost;
}

/** Who would get it, for instance "DeepSeek, under the law of China". */
export function describeReceiver({ host, operator, jurisdiction }: SendQuestion): string {
  const name = host ?? 'a host that Baleen does not know';
  if (operator === 'own server') return `${name}, a server of your own`;
  if (jurisdiction !== undefined) return `${name}, under the law of ${jurisdiction}`;
  return `${name}; under which country’s law is not known`;
}
