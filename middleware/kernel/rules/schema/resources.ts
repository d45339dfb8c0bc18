// What a document says of the things a service is asked for, and the parts it shares with calls: backoffs and fallbacks.
import { z } from 'zod';
import { PRIORITIES } from '../priorities.ts';
import { breaker } from './breakers.ts';
import {
  count,
  duration,
  like,
  listed,
  mode,
  name,
  OUTCOME_PATTERN,
  OUTCOMES,
  pattern,
  status,
  TRIGGERS,
} from './values.ts';

export const backoff = z.strictObject(
  {
    kind: z.enum(['exponential', 'linear', 'fixed']).optional(),
    initial: duration,
    factor: z.number().min(1).max(10).optional(),
    max: duration.optional(),
    jitter: z.enum(['full', 'equal', 'decorrelated', 'none']).optional(),
  },
  like('{ initial: 200ms }'),
);

const respond = z.strictObject({
  status,
  body: z.union([z.record(z.string(), z.unknown()), z.string()]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

const step = { since: '0.3.0' };

/** Each step has exactly one of what it may do. */
const DEEDS = ['respond', 'lastGood', 'function', 'dependency', 'skip'] as const;

export const fallbackStep = z
  .strictObject({
    when: z
      .array(z.enum(['breaker', 'throttle', 'concurrency', 'shed', 'deadline', 'failure']))
      .min(1)
      .max(6)
      .optional(),
    respond: respond.optional(),
    lastGood: z
      .strictObject({
        maxAge: duration,
        shared: z.literal(true).optional().meta({ description: 'the answers do not depend on who asks' }),
      })
      .optional()
      .meta({ ...step, description: 'the last good answer to the same request that this instance has had' }),
    function: z
      .string()
      .min(1)
      .max(170)
      .optional()
      .meta({ ...step, description: 'another Lambda function is asked the same' }),
    dependency: name
      .optional()
      .meta({ ...step, description: 'another dependency is asked the same, under its own rules' }),
    skip: z
      .literal(true)
      .optional()
      .meta({ ...step, description: 'goes on without: undefined to a call, 204 to a request' }),
  })
  .refine((one) => DEEDS.filter((deed) => one[deed] !== undefined).length === 1, {
    error: `does exactly one of ${DEEDS.join(', ')}`,
  });

const NEVER = `${OUTCOMES}; or the name of an error such as ValidationError`;
const neverMended = z.union(
  [
    z.string().check(z.regex(OUTCOME_PATTERN, NEVER)),
    // Capitalised, so that it is none of the outcomes.
    z.string().check(z.regex(/^[A-Z][A-Za-z0-9_$]{0,127}$/, NEVER)),
    z.int().min(400, NEVER).max(599, NEVER),
  ],
  NEVER,
);

const redelivery = z.strictObject(
  {
    attempts: count(1000).optional(),
    backoff: backoff.optional(),
    never: listed(neverMended).optional().meta({
      since: '0.3.0',
      description: 'errors and outcomes of calls that no other attempt would mend: dead-lettered at once',
    }),
    expired: z
      .enum(['dead-letter', 'drop'])
      .optional()
      .meta({ since: '0.3.0', description: 'what becomes of a record whose deadline has passed; default dead-letter' }),
  },
  like('{ attempts: 5, backoff: { initial: 2s } }'),
);

const MOST_AWAITED = 10;

const AWAITED =
  'a job of this service such as settlement-batch; one of another is { service: bank, job: settlement-batch }';
const awaitedJob = z.union(
  [
    z.string().check(z.regex(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/, AWAITED)),
    z.strictObject({ service: name.optional(), job: name, mode: mode.optional() }),
  ],
  AWAITED,
);

export const resource = z.strictObject({
  match: z.strictObject({
    trigger: z.enum(TRIGGERS).optional(),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).optional(),
    path: pattern.optional(),
    source: pattern.optional().meta({ description: 'the queue, bucket, topic, event source, stream or schedule' }),
    function: pattern.optional(),
  }),
  deadline: z
    .strictObject({ timeout: duration.optional(), reserve: duration.optional() }, like('{ timeout: 5s }'))
    .optional(),
  redelivery: redelivery.optional(),
  breaker: breaker.optional().meta({
    since: '0.3.0',
    description: 'opens on how invocations end, and refuses the next ones for a while',
  }),
  fallback: z.array(fallbackStep).min(1).max(5).optional(),
  priority: z
    .enum(PRIORITIES)
    .optional()
    .meta({ since: '0.3.0', description: 'sheddable is refused first under overload, critical last; default normal' }),
  whenRefused: z.enum(['park', 'fail']).optional().meta({
    since: '0.3.0',
    description:
      'a refused event of a bucket, topic or bus goes to the parking queue (default where there is one), or fails',
  }),
  pausedWhile: z
    .array(awaitedJob)
    .min(1)
    .max(MOST_AWAITED)
    .optional()
    .meta({ since: '0.3.0', description: 'jobs while a run of which everything is refused' }),
});
