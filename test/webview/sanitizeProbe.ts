import { renderMarkdown, sanitizeHtml } from '../../src/webview/markdown.js';

/** The second wall by itself: HTML that the Markdown renderer would never have let through as HTML. */
declare global {
  interface Window {
    attachHtml: (html: string) => string;
    attachMarkdown: (markdown: string) => string;
  }
}

function attach(fragment: DocumentFragment): string {
  const place = document.createElement('div');
  document.body.append(place);
  place.replaceChildren(fragment);
  return place.outerHTML;
}

window.attachHtml = (html) => attach(sanitizeHtml(html));
window.attachMarkdown = (markdown) => attach(renderMarkdown(markdown));
