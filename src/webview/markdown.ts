import DOMPurify from 'dompurify';
import { Marked, type Tokens } from 'marked';
import { isTame } from './blocks.js';
import { formatBytes } from './format.js';
import { highlightCode } from './highlight.js';
import { spellBidirectional } from './invisible.js';
import { classifyLink, longQueryChars, readCitation, showsOtherPlace, type LinkTarget } from './links.js';

/**
 * Text of the model becomes elements here and nowhere else. Three walls: HTML in the Markdown is shown as text;
 * what the renderer wrote passes an allow-list inside an inert document, before anything could be loaded; and links
 * lose their address, so that a click can only be answered by `readTarget`.
 */

const allowedTags = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote'],
  ...['pre', 'code', 'em', 'strong', 'del', 'span', 'a', 'img'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
const allowedAttributes = ['href', 'src', 'alt', 'start', 'class', 'align', 'data-language'];
const allowedClass = /^(?:hljs(?:-[\w-]+)?|language-[\w+#.-]+|[a-z]+_)$/;
const allowedImage = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z0-9+/=\s]*$/i;

const marked = new Marked({ gfm: true, breaks: false, async: false });
marked.use({
  renderer: {
    html: (token: Tokens.HTML | Tokens.Tag) =>
      /^<br\s*\/?>$/i.test(token.text.trim()) ? '<br>' : escapeHtml(token.raw),
    code: (token: Tokens.Code) => {
      const language = /^[\w+#.-]{1,30}/.exec(token.lang ?? '')?.[0].toLowerCase() ?? '';
      const html = highlightCode(token.text, language) ?? escapeHtml(token.text);
      return `<pre data-language="${escapeHtml(language)}"><code>${html}</code></pre>\n`;
    },
    image: (token: Tokens.Image) =>
      allowedImage.test(token.href)
        ? `<img src="${escapeHtml(token.href)}" alt="${escapeHtml(token.text)}">`
        : `<a href="${escapeHtml(token.href)}">${escapeHtml(`[image not loaded: ${token.text || 'no description'}]`)}</a>`,
    checkbox: (token: Tokens.Checkbox) => (token.checked ? '☑ ' : '☐ '),
  },
});

const purify = DOMPurify();
purify.addHook('uponSanitizeAttribute', (_node, attribute) => {
  if (attribute.attrName === 'class') {
    attribute.attrValue = attribute.attrValue
      .split(/\s+/)
      .filter((name) => allowedClass.test(name))
      .join(' ');
  }
  if (attribute.attrName === 'src' && !allowedImage.test(attribute.attrValue)) attribute.keepAttr = false;
});
purify.addHook('afterSanitizeAttributes', (element) => {
  if (element.tagName !== 'A') return;
  // The address stands beside the element, out of the reach of the browser's own link handling.
  targets.set(element, classifyLink(hrefs.get(element) ?? ''));
  element.removeAttribute('href');
});
purify.addHook('beforeSanitizeAttributes', (element) => {
  if (element.tagName === 'A') hrefs.set(element, element.getAttribute('href') ?? '');
});

const hrefs = new WeakMap<Element, string>();
const targets = new WeakMap<Element, LinkTarget>();

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Any HTML as harmless elements. Nothing in it is loaded or run, not even while it is parsed. */
export function sanitizeHtml(html: string): DocumentFragment {
  return purify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOW_UNKNOWN_PROTOCOLS: false,
    // The hooks read every address themselves; the library must not drop relative paths before they do.
    ALLOWED_URI_REGEXP: /^[^]*$/,
    RETURN_DOM_FRAGMENT: true,
  });
}

/** One block of Markdown as elements, ready to be attached. */
export function renderMarkdown(block: string): DocumentFragment {
  const text = spellBidirectional(block);
  if (!isTame(text)) return renderPlain(text);
  const fragment = sanitizeHtml(marked.parse(text) as string);
  for (const link of fragment.querySelectorAll('a')) finishLink(link);
  for (const pre of fragment.querySelectorAll('pre')) finishCodeBlock(pre);
  for (const code of fragment.querySelectorAll(':not(pre) > code')) finishCitation(code as HTMLElement);
  for (const table of fragment.querySelectorAll('table')) wrapTable(table);
  return fragment;
}

/** Where a click on an element made here leads, if anywhere. */
export function readTarget(element: Element): LinkTarget | undefined {
  return targets.get(element);
}

const longestPlainChars = 20_000;

function renderPlain(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const pre = document.createElement('pre');
  const code = document.createElement('code');
  code.textContent = text.slice(0, longestPlainChars);
  pre.append(code);
  pre.className = 'plain';
  fragment.append(pre);
  finishCodeBlock(pre, text);
  if (text.length > longestPlainChars) {
    const rest = document.createElement('p');
    rest.className = 'cut-note';
    rest.textContent = `${formatBytes(text.length - longestPlainChars)} more are not shown here. Copy takes all of it.`;
    fragment.append(rest);
  }
  return fragment;
}

function finishLink(link: HTMLAnchorElement): void {
  const target = targets.get(link) ?? { kind: 'inert', why: 'it leads nowhere' };
  link.classList.add('link', `link-${target.kind}`);
  if (target.kind === 'inert') {
    link.title = `This link does not open: ${target.why}.`;
    return;
  }
  link.setAttribute('role', 'link');
  link.tabIndex = 0;
  link.title = target.kind === 'url' ? target.url.slice(0, 500) : target.path;
  if (target.kind !== 'url') return;
  const notes: string[] = [];
  if (showsOtherPlace(link.textContent, target)) notes.push(target.host);
  if (target.queryChars > longQueryChars)
    notes.push(`carries ${formatBytes(target.queryChars)} of data in its address`);
  if (notes.length === 0) return;
  const note = document.createElement('span');
  note.className = target.queryChars > longQueryChars ? 'link-host link-host-warning' : 'link-host';
  note.textContent = ` (${notes.join(', ')})`;
  link.append(note);
}

function finishCitation(code: HTMLElement): void {
  const target = readCitation(code.textContent);
  if (!target || code.closest('a')) return;
  targets.set(code, target);
  code.classList.add('link', 'link-file');
  code.setAttribute('role', 'link');
  code.tabIndex = 0;
  code.title = `Open ${target.path}`;
}

function finishCodeBlock(pre: HTMLPreElement, whole?: string): void {
  const code = whole ?? pre.textContent.replace(/\n$/, '');
  const frame = document.createElement('div');
  frame.className = 'code-block';
  const head = document.createElement('div');
  head.className = 'code-head';
  const language = document.createElement('span');
  language.textContent = pre.dataset['language'] || 'text';
  const copy = document.createElement('button');
  copy.type = 'button';
  copy.className = 'icon-button copy';
  copy.title = 'Copy';
  copy.setAttribute('aria-label', 'Copy code');
  const icon = document.createElement('span');
  icon.className = 'codicon codicon-copy';
  icon.setAttribute('aria-hidden', 'true');
  copy.append(icon);
  copies.set(copy, code);
  head.append(language, copy);
  pre.tabIndex = 0;
  pre.replaceWith(frame);
  frame.append(head, pre);
}

const copies = new WeakMap<Element, string>();

/** The code that a copy button made here stands for. */
export function readCopy(button: Element): string | undefined {
  return copies.get(button);
}

function wrapTable(table: HTMLTableElement): void {
  const frame = document.createElement('div');
  frame.className = 'table-frame';
  frame.tabIndex = 0;
  table.replaceWith(frame);
  frame.append(table);
}
