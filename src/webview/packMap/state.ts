/** What the page knows from the extension. */
import type { PackMapFacts, ToMapPage } from '../../protocol/packMap.js';
import { buildModel, type MapModel } from './model.js';
import type { Plan } from './standing.js';

export type MapStatus =
  | { kind: 'waiting' }
  | { kind: 'resting' }
  | { kind: 'blocked'; sentence: string; untrusted: boolean }
  | { kind: 'packing'; phase: string; done: number; total: number }
  | { kind: 'failed'; sentence: string }
  | { kind: 'ready' };

export interface MapPageState {
  status: MapStatus;
  /** Stays in sight while another pack is made. */
  model: MapModel | undefined;
  facts: PackMapFacts | undefined;
  /** Answer to the newest question of the slider. */
  answer: { request: number; plan: Plan } | { request: number; sentence: string } | undefined;
}

export const initialMapState: MapPageState = {
  status: { kind: 'waiting' },
  model: undefined,
  facts: undefined,
  answer: undefined,
};

export function reduceMap(state: MapPageState, message: ToMapPage): MapPageState {
  switch (message.type) {
    case 'blocked':
      return { ...initialMapState, status: { kind: 'blocked', ...pick(message, 'sentence', 'untrusted') } };
    case 'resting':
      return { ...initialMapState, status: { kind: 'resting' } };
    case 'packing':
      return { ...state, status: { kind: 'packing', ...pick(message, 'phase', 'done', 'total') } };
    case 'failed':
      return { ...state, status: { kind: 'failed', sentence: message.sentence } };
    case 'pack':
      return {
        ...{ status: { kind: 'ready' }, answer: undefined },
        ...{ model: buildModel(message.pack), facts: message.facts },
      };
    case 'facts':
      return { ...state, status: { kind: 'ready' }, facts: message.facts };
    case 'plan': {
      const { type: _type, request, ...plan } = message;
      return { ...state, answer: { request, plan } };
    }
    case 'plan_failed':
      return { ...state, answer: { request: message.request, sentence: message.sentence } };
  }
}

function pick<T extends object, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
