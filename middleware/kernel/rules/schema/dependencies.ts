// What a document says of the dependencies a service calls.
import { z } from 'zod';
import { backoff, fallbackStep } from './resources.ts';
import { count, duration, mode, MOST_OUTCOMES, outcome, pattern, rulesOf, share } from './values.ts';

export const breaker = z.strictObject({
  window: z.strictObject({ time: duration, minimumCalls: count(1_000_000).optional() }).optional(),
  failureRate: share.optional(),
  slow: z.strictObject({ over: duration, rate: share }).optional(),
  consecutiveFailures: count(1_000_000).optional(),
  openFor: z
    .strictObject({ initial: duration, factor: z.number().min(1).max(10).optional(), max: duration.optional() })
    .optional(),
  halfOpen: z.strictObject({ probes: count(100) }).optional(),
  failures: z.array(outcome).min(1).max(MOST_OUTCOMES).optional(),
  mode: mode.optional(),
});

export const retry = z.strictObject({
  attempts: count(10),
  when: z.array(outcome).min(1).max(MOST_OUTCOMES).optional(),
  backoff: backoff.optional(),
  budget: share.optional(),
});

const operation = z.strictObject({
  match: z.strictObject({ method: z.string().optional(), path: pattern.optional() }).optional(),
  idempotency: z.enum(['none', 'safe', 'key']),
});

export const dependency = z.strictObject({
  target: z
    .union([
      z.strictObject({ function: z.string().min(1).max(170), alias: z.string().min(1).max(128).optional() }),
      z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
    ])
    .optional(),
  attemptTimeout: duration.optional(),
  retry: retry.optional(),
  breaker: breaker.optional(),
  shed: mode.optional().meta({
    since: '0.3.0',
    description: 'drops calls here when the dependency refuses most of them; default enforce',
  }),
  fallback: z.array(fallbackStep).min(1).max(5).optional(),
  operations: rulesOf(operation, 100, 'operations').optional(),
});
