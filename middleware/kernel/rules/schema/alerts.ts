// What a document says of when somebody is to be told: of what is counted of a service, minute by minute.
import { z } from 'zod';
import { once, recurring } from './planned.ts';
import { count, duration, MOST_RESOURCES, name, share } from './values.ts';

const MOST_EXCEPTIONS = 20;
const MOST_REQUESTS = 1_000_000_000;
const within = duration.meta({
  description: 'whole minutes, 1m to 1h: a window that ends where the minutes are merged up to',
});
const withinSeconds = duration.meta({
  description: 'the same, or whole seconds, 1s to 59s: any window so long, counted by the second',
});

const requests = z.strictObject({
  slowerThan: duration.optional().meta({ description: 'those that took longer; without it all of them' }),
  atLeast: count(MOST_REQUESTS).optional().meta({ description: 'so many are too many' }),
  below: count(MOST_REQUESTS).optional().meta({ description: 'fewer are too few' }),
  within: withinSeconds,
});

const failures = z.strictObject({
  share: share.optional().meta({ description: 'of the requests that were not refused' }),
  atLeast: count(MOST_REQUESTS).meta({ description: 'fewer failures say nothing' }),
  within: withinSeconds,
});

const latency = z.strictObject({
  percentile: z.number().min(50).max(99.9),
  above: duration,
  minimumCalls: count(MOST_REQUESTS).meta({ description: 'of fewer requests nothing can be told' }),
  within,
});

const business = z.strictObject({
  code: z
    .string()
    .check(z.regex(/^[A-Z0-9_]{1,64}$/, 'a code such as CARD_DECLINED: 1 to 64 capitals, digits and _'))
    .meta({ description: 'as outcomes have it behind business:' }),
  share: share.optional().meta({ description: 'of the requests that were not refused' }),
  atLeast: count(MOST_REQUESTS).meta({ description: 'fewer say nothing' }),
  within,
});

const exception = z.union(
  [once, recurring.extend({ timezone: z.string().min(1).max(64).optional().meta({ description: 'default UTC' }) })],
  'an exception has from and to, or schedule and for',
);

export const alert = z.strictObject({
  when: z.strictObject({
    requests: requests.optional(),
    failures: failures.optional(),
    business: business.optional(),
    latency: latency.optional(),
  }),
  resources: z.array(name).min(1).max(MOST_RESOURCES).optional(),
  except: z.array(exception).min(1).max(MOST_EXCEPTIONS).optional().meta({
    description: 'bursts that are known to come: nobody is told of a window with any of these times in it',
  }),
  severity: z.enum(['realtime', 'high', 'deferred']).optional().meta({
    description: 'realtime wakes somebody; deferred waits for the owner’s hour; default high',
  }),
  owner: z.string().min(1).max(128).optional().meta({ description: 'in place of the service’s' }),
  runbook: z
    .url({ protocol: /^https?$/, error: 'an address such as https://wiki.example/slow-orders' })
    .max(512)
    .optional()
    .meta({ description: 'where it says what to do' }),
});
