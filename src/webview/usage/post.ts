import type { FromUsagePage } from '../../protocol/usagePage.js';

/** Says something to the extension. */
export type Post = (message: FromUsagePage) => void;
