import { useEffect, useState } from 'preact/hooks';
import { readPalette, type Palette } from './palette.js';

/** The theme's colours, read again when the editor changes its theme, which it writes to the document and the body. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(() => readPalette(document.body));
  useEffect(() => {
    const observer = new MutationObserver(() => setPalette(readPalette(document.body)));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    return () => observer.disconnect();
  }, []);
  return palette;
}
