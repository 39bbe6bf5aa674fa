import type { FromMapPage } from '../../protocol/packMap.js';

/** Says something to the extension. */
export type Post = (message: FromMapPage) => void;
