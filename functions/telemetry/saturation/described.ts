// What the route of saturation takes and answers.
import { z } from 'zod';
import { moment, serviceParameter, shows, type Description } from '../../api/index.ts';
import { counts, NOT_HEARD_OF, settledShown, unreadable } from '../described.ts';

const gauge = z.object({
  used: z.number().nullable(),
  at: moment.nullable(),
  most: z.number().nullable(),
  limit: z.number().nullable(),
  share: z.number().nullable(),
  perHour: z.number().nullable(),
  rSquared: z.number().nullable(),
  reachesLimitAt: moment.nullable(),
});

const unknown = z.string().optional().meta({ description: 'why something is not known' });

const queue = z.object({
  name: z.string(),
  ageMs: gauge.extend({ p95: z.number().nullable() }),
  depth: z.number().nullable(),
  inFlight: z.number().nullable(),
  delayed: z.number().nullable(),
  deadLetters: z.object({ name: z.string(), depth: z.number().nullable(), unknown }).nullable(),
  unknown,
});

export const readSaturation: Description = {
  summary: 'Read how full a service’s functions and queues are, and when they will be',
  tags: ['telemetry'],
  query: {
    service: serviceParameter,
    window: z
      .string()
      .optional()
      .meta({ description: 'how far to look back: 1h to 7d', examples: ['6h'], pattern: '^[1-9][0-9]*[mhd]$' }),
  },
  answers: shows(
    'Each with its limit, and a line through what was measured.',
    z
      .object({
        service: z.string(),
        from: moment,
        to: moment,
        stepMs: z.number(),
        ...settledShown,
        functions: z.array(
          gauge.extend({ name: z.string(), limitOf: z.enum(['function', 'account']).nullable(), unknown }),
        ),
        memoryMb: gauge,
        tmpMb: gauge,
        timeMs: gauge,
        table: counts,
        queues: z.array(queue),
        unreadable,
      })
      .meta({ id: 'Saturation' }),
  ),
  problems: NOT_HEARD_OF,
};
