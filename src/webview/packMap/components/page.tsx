import type { VNode } from 'preact';
import type { Post } from '../post.js';
import type { MapPageState } from '../state.js';
import { MapScreen } from './mapScreen.js';
import { PackingLine, Waiting } from './waiting.js';

export function PackMapPage({ state, post }: { state: MapPageState; post: Post }): VNode {
  const { status, model, facts, answer } = state;
  if (model === undefined || facts === undefined) return <Waiting status={status} post={post} />;
  return (
    <div class="map-page">
      {status.kind !== 'ready' && <PackingLine status={status} post={post} />}
      <MapScreen model={model} facts={facts} answer={answer} post={post} />
    </div>
  );
}
