import type { ToHost } from '../protocol/sidebar.js';

interface VsCodeApi {
  postMessage(message: ToHost): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** May be called once in a page's life: the editor hands out one handle. */
export function connectHost(): (message: ToHost) => void {
  const api = acquireVsCodeApi();
  return (message) => api.postMessage(message);
}
