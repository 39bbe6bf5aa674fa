interface VsCodeApi {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** May be called once in a page's life: the editor hands out one handle. */
export function connectHost<Message>(): (message: Message) => void {
  const api = acquireVsCodeApi();
  return (message) => api.postMessage(message);
}
