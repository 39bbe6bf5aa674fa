import { render } from 'preact';
import type { FromUsagePage, ToUsagePage } from '../../protocol/usagePage.js';
import { connectHost } from '../host.js';
import { UsagePage } from './components/page.js';
import { initialUsageState, reduceUsage } from './state.js';

let state = initialUsageState;
const post = connectHost<FromUsagePage>();
const root = document.getElementById('root') ?? document.body;

function draw(): void {
  render(<UsagePage state={state} post={post} />, root);
}

window.addEventListener('message', (event: MessageEvent<ToUsagePage>) => {
  state = reduceUsage(state, event.data);
  draw();
});

draw();
post({ type: 'ready' });
