// What a document says of what is told of a service: telemetry, logs, objectives.
import { z } from 'zod';
import { LOG_LEVELS } from '../../log-level.ts';
import { parseShare } from '../../units.ts';
import { duration, listed, MOST_RESOURCES, name, parsed, share } from './values.ts';

/** @throws {RangeError} when nothing, or everything, would be a breach. */
function parseObjective(text: string): number {
  const objective = parseShare(text);
  if (objective >= 0.5 && objective < 1) return objective;
  throw new RangeError(`"${text}" is no objective; write a percentage from 50% to less than 100%, such as 99.9%`);
}

/** Where in an answer a business code stands, and which codes mean that all is well. */
const businessFailure = z.strictObject({
  path: z
    .string()
    .check(
      z.regex(
        /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,4}$/,
        'a path is names with dots between, such as code or error.code',
      ),
    )
    .meta({ description: 'in the answer, or in its body: code, error.code' }),
  notIn: listed(z.union([z.string().max(64), z.number(), z.boolean()])).meta({ description: 'codes of success' }),
});

export const telemetry = z.strictObject({
  slow: duration.optional(),
  sample: share
    .optional()
    .meta({ since: '0.3.0', description: 'of the requests that are neither slow, failed nor refused; default 1%' }),
  businessFailure: z.array(businessFailure).min(1).max(10).optional().meta({ since: '0.3.0' }),
  redact: z
    .array(z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,64}$/, 'the name of a field, such as card or password')))
    .min(1)
    .max(50)
    .optional()
    .meta({ since: '0.3.0', description: 'fields whose values never leave the function' }),
  metrics: z.enum(['service', 'resources', 'none']).optional().meta({
    since: '0.3.0',
    description: 'what CloudWatch is told: the service (default), its resources too, or nothing',
  }),
});

export const logs = z.strictObject({
  level: z.enum(LOG_LEVELS).meta({ description: 'the least that is written' }),
  until: z.iso
    .datetime({ offset: true, error: 'a time such as 2027-01-01T12:00:00Z' })
    .optional()
    .meta({ description: 'from then on the level is the one the function was deployed with' }),
});

/** More than any service can have, and less than a month of minutes has. */
export const slo = z.strictObject({
  objective: parsed(parseObjective, '99.9%'),
  latency: duration.optional().meta({ description: 'good is what is answered within; without it, what does not fail' }),
  resources: z.array(name).min(1).max(MOST_RESOURCES).optional(),
  window: z.enum(['7d', '28d', '30d']).optional().meta({ description: 'default 30d' }),
});
