// What the routes of usage take and answer.
import { z } from 'zod';
import { moment, nameParameter, nextPage, paging, shows, span, type Description } from '../../api/index.ts';
import { NO_RULES, UNREADABLE } from './problems.ts';

const row = z
  .object({
    rule: z.string(),
    key: z.string().meta({ description: 'as the table has it' }),
    used: z.number(),
    held: z.number().optional(),
    limit: z.number().nullable(),
    share: z.number().nullable(),
    windowStart: moment,
    windowEnd: moment,
    reached80At: moment.nullable(),
    reached100At: moment.nullable(),
  })
  .meta({ id: 'Usage' });

const signal = z.object({
  at: moment,
  rule: z.string(),
  key: z.string(),
  share: z.string().meta({ description: '80% or 100%' }),
  limit: z.number(),
  windowStart: moment,
  windowEnd: moment,
});

const tags = ['usage'] as const;

export const readUsage: Description = {
  summary: 'Read what callers have used of their quotas, as JSON or CSV',
  tags,
  query: {
    rule: nameParameter('the name of a throttle').optional(),
    key: z
      .array(z.string())
      .optional()
      .meta({ description: 'the value of one part of the rule’s key, `client=ada`; once for each part' }),
    stored: z.string().optional().meta({ description: 'the whole key as the table has it, in place of `key`' }),
    ...span,
    format: z.enum(['json', 'csv'], 'is json or csv').optional(),
    ...paging,
  },
  headers: { accept: '`text/csv` is another way to ask for CSV.' },
  answers: {
    200: {
      description: 'A page of usage by rule, window and key. As CSV the next part is behind the `link`.',
      schema: z.object({ from: moment, to: moment, usage: z.array(row), ...nextPage }),
      mediaTypes: ['application/json', 'text/csv'],
      headers: { link: 'Where the next part of the CSV is.' },
    },
  },
  problems: { ...NO_RULES, ...UNREADABLE },
};

export const listSignals: Description = {
  summary: 'List which keys have neared or reached their quotas, newest first',
  tags,
  query: { ...span, ...paging },
  answers: shows(
    'A page of signals.',
    z.object({
      from: moment,
      to: moment,
      signals: z.array(signal),
      unlisted: z
        .array(z.object({ rule: z.string(), hour: moment, count: z.number() }))
        .optional()
        .meta({ description: 'hours that had more signals than are listed' }),
      ...nextPage,
    }),
  ),
  problems: UNREADABLE,
};
