// What a document says of the things a service is asked for, and the parts it shares with calls: backoffs and fallbacks.
import { z } from 'zod';
import { PRIORITIES } from '../priorities.ts';
import { count, duration, pattern, status, TRIGGERS } from './values.ts';

export const backoff = z.strictObject({
  kind: z.enum(['exponential', 'linear', 'fixed']).optional(),
  initial: duration,
  factor: z.number().min(1).max(10).optional(),
  max: duration.optional(),
  jitter: z.enum(['full', 'equal', 'decorrelated', 'none']).optional(),
});

const respond = z.strictObject({
  status,
  body: z.union([z.record(z.string(), z.unknown()), z.string()]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

export const fallbackStep = z.strictObject({
  when: z
    .array(z.enum(['breaker', 'throttle', 'concurrency', 'shed', 'deadline', 'failure']))
    .min(1)
    .max(6)
    .optional(),
  respond,
});

export const resource = z.strictObject({
  match: z.strictObject({
    trigger: z.enum(TRIGGERS).optional(),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).optional(),
    path: pattern.optional(),
    source: pattern.optional().meta({ description: 'the queue, bucket, topic, event source, stream or schedule' }),
    function: pattern.optional(),
  }),
  deadline: z.strictObject({ timeout: duration.optional(), reserve: duration.optional() }).optional(),
  redelivery: z.strictObject({ attempts: count(1000), backoff }).optional(),
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
});
