// What a document says of the dependencies a service calls.
import { z } from 'zod';
import { parseDuration } from '../../units.ts';
import { breaker } from './breakers.ts';
import { backoff, fallbackStep } from './resources.ts';
import {
  count,
  duration,
  like,
  mode,
  MOST_OUTCOMES,
  name,
  outcome,
  parsed,
  pattern,
  rulesOf,
  share,
  size,
} from './values.ts';

export const retry = z.strictObject(
  {
    attempts: count(10),
    when: z.array(outcome).min(1).max(MOST_OUTCOMES).optional(),
    backoff: backoff.optional(),
    budget: share.optional(),
    deferOver: duration.optional().meta({
      since: '0.3.0',
      description:
        'a longer wait is spent in the queue that brought the record, which the call then throws back; of batches of several, if the handler settles each record by itself; default 5s, of records that come alone',
    }),
  },
  like('{ attempts: 3 }'),
);

function parseAfter(text: string): void {
  if (text === 'p95') return;
  try {
    parseDuration(text);
  } catch {
    throw new RangeError(`"${text}" is neither p95 nor a duration such as 80ms`);
  }
}

export const hedge = z.strictObject(
  {
    after: parsed(parseAfter, 'p95, 80ms')
      .optional()
      .meta({ description: 'how long the first attempt may take; p95 is what this instance has seen; default p95' }),
    most: share.optional().meta({ description: 'of the calls that may be repeated; default 2%' }),
  },
  like('{ after: p95 }'),
);

const operation = z.strictObject({
  match: z.strictObject({ method: z.string().optional(), path: pattern.optional() }).optional(),
  idempotency: z.enum(['none', 'safe', 'key']),
});

export const dependency = z.strictObject({
  target: z
    .union(
      [
        z.strictObject({ function: z.string().min(1).max(170), alias: z.string().min(1).max(128).optional() }),
        z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
      ],
      'an object such as { function: payments } or { url: https://payments.example }',
    )
    .optional(),
  sign: z
    .strictObject({ callee: name.meta({ description: 'the service that is called, as its own rules name it' }) })
    .optional()
    .meta({ since: '0.3.0', description: 'signs calls to a URL, so that the callee knows and believes this service' }),
  maxAnswer: size.optional().meta({
    since: '0.3.0',
    description: 'how large an answer may be, unpacked; default 6mb',
  }),
  attemptTimeout: duration.optional(),
  retry: retry.optional(),
  hedge: hedge.optional().meta({
    since: '0.3.0',
    description: 'a second attempt beside a first one that is slow, of operations that are safe or key',
  }),
  breaker: breaker.optional(),
  shed: mode.optional().meta({
    since: '0.3.0',
    description: 'drops calls here when the dependency refuses most of them; default enforce',
  }),
  fallback: z.array(fallbackStep).min(1).max(5).optional(),
  operations: rulesOf(operation, 100, 'operations').optional(),
});
