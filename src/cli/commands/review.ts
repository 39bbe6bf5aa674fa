import type { Outcome } from '../../protocol/events.js';
import type { Context } from '../context.js';
export async function runReview(_context: Context): Promise<Outcome> { throw new Error('x'); }
