// What the routes of breakers take and answer.
import { z } from 'zod';
import { moment, nextPage, paging, reasonGiven, shows, span, type Description } from '../../api/index.ts';
import { NO_RULES, UNREADABLE } from './problems.ts';

const state = z.enum(['CLOSED', 'OPEN', 'HALF_OPEN', 'FORCED_OPEN', 'FORCED_CLOSED']);

/** Which of the breakers of a rule with a key is meant. */
const keyed = {
  key: z
    .array(z.string())
    .optional()
    .meta({ description: 'the value of one part of the rule’s key, `client=ada`; once for each part' }),
  stored: z.string().optional().meta({ description: 'the whole key as the table has it, in place of `key`' }),
};

const course = {
  openUntil: moment.optional(),
  openForMs: z.number().optional(),
  probes: z.array(z.object({ by: z.string(), until: moment })).optional(),
  successes: z.int().optional(),
  failed: z.int().optional(),
  slowed: z.int().optional(),
  ramp: z
    .object({ from: moment, share: z.number(), stage: z.int().optional(), stageEndsAt: moment.optional() })
    .optional(),
};

const counts = z.record(z.string(), z.number()).meta({ description: 'calls, failures, windowMs and the like' });

const standing = {
  key: z.string().optional().meta({ description: 'of a rule with a key, as the table has it' }),
  state,
  epoch: z.int().meta({ description: 'when it last changed, in ms; 0 if it never has' }),
  since: moment.nullable(),
  window: z.object({ calls: z.number(), failures: z.number(), slow: z.number() }),
  beneath: z.object({ state, ...course }).optional(),
  ...course,
  forced: z.object({ state, until: moment.nullable(), reason: z.string(), by: z.string() }).optional(),
  because: z
    .object({
      cause: z.string(),
      by: z.string(),
      from: z.string(),
      function: z.string().optional(),
      counts: counts.optional(),
      reason: z.string().optional(),
    })
    .nullable(),
};

const rule = {
  name: z.string(),
  kind: z.enum(['dependency', 'resource']),
  mode: z.string(),
  keyedBy: z.array(z.string()).optional(),
};

const breaker = z.object({ ...rule, ...standing }).meta({ id: 'Breaker' });
const keyedBreaker = z
  .object({ ...rule, state, keys: z.array(z.object(standing)) })
  .meta({ id: 'KeyedBreaker', description: 'a rule with a key: its breakers that have changed of late' });
const eitherBreaker = z.union([breaker, keyedBreaker]);

const transition = z
  .object({
    at: moment,
    epoch: z.int(),
    breaker: z.string(),
    key: z.string().optional(),
    from: z.string(),
    to: z.string(),
    cause: z.string(),
    by: z.string(),
    function: z.string().optional(),
    counts: counts.optional(),
    reason: z.string().optional(),
    until: moment.optional(),
  })
  .meta({ id: 'BreakerTransition' });

const tags = ['breakers'] as const;
const params = {
  breaker: z
    .string()
    .regex(/^(resource:)?[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/)
    .meta({ description: 'the name of a dependency, or `resource:` and that of a resource' }),
};

export const listBreakers: Description = {
  summary: 'List the breakers of the published rules, as the fleet has them',
  tags,
  query: keyed,
  answers: shows('Every breaker; with `key`, those whose keys have these parts.', z.array(eitherBreaker)),
  problems: { ...NO_RULES, ...UNREADABLE },
};

export const readBreaker: Description = {
  summary: 'Read how a breaker stands',
  tags,
  params,
  query: keyed,
  answers: shows('The breaker; of a rule with a key and none given, those of late.', eitherBreaker),
  problems: { ...NO_RULES, ...UNREADABLE },
};

export const listTransitions: Description = {
  summary: 'List how a breaker changed, newest first',
  tags,
  params,
  query: { ...keyed, ...span, ...paging },
  answers: shows(
    'A page of changes. While there is a cursor there may be more, also behind an empty page.',
    z.object({ from: moment, to: moment, transitions: z.array(transition), ...nextPage }),
  ),
  problems: { ...NO_RULES, ...UNREADABLE },
};

export const forceBody = z.strictObject({
  state: z.enum(['FORCED_OPEN', 'FORCED_CLOSED']).nullable().meta({ description: 'null releases it' }),
  until: z.union([z.string(), z.int()]).nullable().optional(),
  for: z.string().optional().meta({ description: 'in place of until: 30m, 2h' }),
  reason: reasonGiven,
  key: z
    .union([z.string(), z.array(z.string()).max(4)])
    .optional()
    .meta({ description: 'client=ada, one for each part of the rule’s key' }),
  stored: z.string().optional().meta({ description: 'the key as the table has it' }),
});

export const forceBreaker: Description = {
  summary: 'Force a breaker open or closed, or release it',
  tags,
  params,
  body: {
    schema: forceBody,
    examples: {
      open: { state: 'FORCED_OPEN', for: '30m', reason: 'the provider is being moved' },
      release: { state: null, reason: 'it is back' },
    },
  },
  answers: shows('The breaker as it stands now.', breaker),
  problems: {
    ...NO_RULES,
    409: 'There is nothing to release, or the fleet kept changing the breaker meanwhile.',
  },
};
