import { render } from 'preact';
import type { FromMapPage, ToMapPage } from '../../protocol/packMap.js';
import { connectHost } from '../host.js';
import { PackMapPage } from './components/page.js';
import { initialMapState, reduceMap } from './state.js';

let state = initialMapState;
const post = connectHost<FromMapPage>();
const root = document.getElementById('root') ?? document.body;

function draw(): void {
  render(<PackMapPage state={state} post={post} />, root);
}

window.addEventListener('message', (event: MessageEvent<ToMapPage>) => {
  state = reduceMap(state, event.data);
  draw();
});

draw();
post({ type: 'ready' });
