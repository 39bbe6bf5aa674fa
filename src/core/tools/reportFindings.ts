import * as z from 'zod';
import { succeed } from './results.js';
import type { Tool } from './tool.js';
import { plural } from '../wording.js';

const quote = z.string().min(1).max(4000);

const schema = z.strictObject({
  findings: z
    .array(
      z.strictObject({
        path: z.string(),
        quote: quote.describe('The lines in question, verbatim.'),
        severity: z.enum(['error', 'warning', 'info']),
        category: z.string().max(60).describe('One or two words.'),
        message: z.string().max(4000).describe('What is wrong and why it matters.'),
        fix: z.string().max(20_000).optional().describe('Text that replaces the quote.'),
        callers: z
          .array(z.strictObject({ path: z.string(), quote }))
          .max(50)
          .optional()
          .describe('Places elsewhere that break.'),
      }),
    )
    .max(200),
});

export const reportFindings: Tool<z.infer<typeof schema>> = {
  name: 'report_findings',
  description:
    'Reports what a review found, or, for a refactoring, the places to change. An empty list means: nothing found.',
  arguments: schema,
  readsOnly: true,
  title: ({ findings }) => ({ title: `Report ${plural(findings.length, 'finding')}` }),
  prepare: async ({ findings }, { turn }) => ({
    kind: 'ready',
    run: async () => {
      turn.hasReport = true;
      for (const { fix, callers, ...finding } of findings) {
        turn.reported.push({ ...finding, ...(fix === undefined ? {} : { fix }), callers: callers ?? [] });
      }
      const text = `${plural(findings.length, 'finding')} noted.`;
      return succeed(text, text, { kind: 'findings', count: findings.length });
    },
  }),
};
