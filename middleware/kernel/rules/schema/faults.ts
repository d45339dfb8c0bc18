// What a document says of faults that are injected on purpose: where, into whose requests, which, and until when.
import { z } from 'zod';
import { duration, MOST_RESOURCES, mode, name, pattern, share } from './values.ts';

const matchKey = z
  .string()
  .check(
    z.regex(
      /^(role|client|ip|source|header:[A-Za-z0-9-]{1,64}|query:[A-Za-z0-9_.-]{1,64}|path:[A-Za-z0-9_-]{1,64}|claim:[A-Za-z0-9_:./-]{1,64})$/,
      'one of role, client, ip, source, header:NAME, query:NAME, path:NAME, claim:NAME',
    ),
  );

export const fault = z.strictObject({
  resources: z.array(name).min(1).max(MOST_RESOURCES).optional().meta({ description: 'whose requests are met' }),
  dependencies: z.array(name).min(1).max(200).optional().meta({ description: 'whose calls are met' }),
  store: z
    .literal(true)
    .optional()
    .meta({ description: 'what policies exchange with the table is met; rules and telemetry never are' }),
  match: z
    .record(matchKey, pattern)
    .refine((match) => Object.keys(match).length > 0, 'names at least one thing about the caller')
    .optional()
    .meta({ description: 'only the requests of callers like this: each with a pattern, and all must match' }),
  delay: z.strictObject({ share, for: duration }).optional(),
  abort: z
    .strictObject({
      share,
      status: z.int().min(400).max(599).optional(),
      outcome: z.enum(['connect', 'timeout', 'error']).optional(),
    })
    .optional(),
  until: z.iso
    .datetime({ offset: true, error: 'a time such as 2027-01-01T12:00:00Z' })
    .meta({ description: 'from then on nothing is injected; at most 7 days after publishing' }),
  mode: mode.optional(),
});
