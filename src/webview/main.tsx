import { render } from 'preact';
import type { ToHost, ToPage } from '../protocol/sidebar.js';
import { App } from './components/app.js';
import { connectHost } from './host.js';
import { initialState, reducePage, toAction, type Action } from './state.js';
import type { PageState } from './items.js';

/** A page that is not drawn gets no animation frames; messages then wait no longer than this. */
const hiddenDelayMs = 250;

let state: PageState = initialState;
let scheduled = false;
const waiting: Action[] = [];
const post = connectHost<ToHost>();
const root = document.getElementById('root') ?? document.body;

function draw(): void {
  scheduled = false;
  for (const action of waiting.splice(0)) state = reducePage(state, action);
  render(<App state={state} post={post} dispatch={dispatch} />, root);
}

/** Actions of one frame are taken together, so that a fast stream costs one drawing a frame. */
function dispatch(action: Action): void {
  waiting.push(action);
  if (scheduled) return;
  scheduled = true;
  const drawOnce = (): void => {
    if (scheduled) draw();
  };
  requestAnimationFrame(drawOnce);
  setTimeout(drawOnce, hiddenDelayMs);
}

window.addEventListener('message', (event: MessageEvent<ToPage>) => dispatch(toAction(event.data, performance.now())));

draw();
post({ type: 'ready' });
