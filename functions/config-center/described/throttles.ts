// What the routes of throttles and of limits of concurrency answer.
import { z } from 'zod';
import { moment, shows, type Description } from '../../api/index.ts';
import { NO_RULES, UNREADABLE } from './problems.ts';

/** A rule as it was published, with what it leaves to its defaults. */
const rule = {
  name: z.string(),
  limit: z.string(),
  key: z.array(z.string()),
  algorithm: z.string(),
  scope: z.string(),
  mode: z.string(),
};

const state = z.object({
  limit: z.string(),
  override: z.int().nullable().meta({ description: 'the place in the rule of the override that holds for the key' }),
  generation: z.string(),
  known: z.boolean().meta({ description: 'whether it has been used of late' }),
  remaining: z.number(),
  moreAt: moment.nullable(),
  burst: z.number().optional(),
  leased: z.boolean().optional(),
  parts: z.int().optional(),
  warmAt: moment.optional(),
  tatUs: z.number().optional(),
  baseUs: z.number().optional(),
  used: z.number().optional(),
  start: moment.optional(),
  end: moment.optional(),
  previous: z.number().optional(),
  held: z.number().optional(),
});

const tags = ['throttles'] as const;

export const listThrottles: Description = {
  summary: 'List the throttles of the published rules',
  tags,
  answers: shows('Every throttle, with its defaults.', z.object({ throttles: z.array(z.looseObject(rule)) })),
  problems: NO_RULES,
};

export const readThrottle: Description = {
  summary: 'Read how a throttle’s bucket or window stands for one key',
  tags,
  query: {
    key: z
      .array(z.string())
      .optional()
      .meta({ description: 'the value of one part of the rule’s key, `client=ada`; once for each part' }),
    stored: z.string().optional().meta({ description: 'the whole key as the table has it, in place of `key`' }),
  },
  answers: shows(
    'The rule, and how it stands for the key.',
    z.looseObject({
      ...rule,
      stored: z.string().meta({ description: 'the key as the table has it' }),
      state: state.nullable(),
      certain: z.boolean().optional().meta({ description: 'false when the limit of the key can only be supposed' }),
      reason: z.string().optional().meta({ description: 'why there is no state' }),
    }),
  ),
  problems: { ...NO_RULES, ...UNREADABLE },
};

const adaptive = z.object({
  floor: z.int(),
  ceiling: z.int(),
  phase: z.string().nullable(),
  latencyMs: z.number().nullable(),
  measuredAt: moment.nullable(),
});

export const readConcurrency: Description = {
  summary: 'Read the limits of concurrency, and how many permits are held',
  tags,
  answers: shows(
    'Every limit of the published rules.',
    z.object({
      concurrency: z.array(
        z.object({
          name: z.string(),
          mode: z.string(),
          scope: z.string(),
          resources: z.array(z.string()).optional(),
          limit: z.union([z.int(), z.literal('adaptive')]),
          held: z.int().nullable(),
          reason: z.string().optional(),
          adaptive: adaptive.optional(),
        }),
      ),
    }),
  ),
  problems: { ...NO_RULES, ...UNREADABLE },
};
