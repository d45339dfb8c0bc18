// What the route of service level objectives takes and answers.
import { z } from 'zod';
import { moment, serviceParameter, shows, type Description } from '../../api/index.ts';
import { NOT_HEARD_OF, settledShown, unreadable } from '../described.ts';

const amount = z.object({ allowed: z.number(), left: z.number() });

const slo = z
  .object({
    name: z.string(),
    kind: z.enum(['availability', 'latency']),
    objective: z.number(),
    latencyMs: z.number().optional(),
    countedUpToMs: z.number().optional(),
    resources: z.array(z.string()).optional(),
    window: z.string(),
    from: moment,
    to: moment,
    total: z.number(),
    good: z.number(),
    bad: z.number(),
    uncertain: z.number().optional(),
    attained: z.number().nullable(),
    met: z.boolean().nullable(),
    budget: z.object({ share: z.number(), leftShare: z.number(), requests: amount, minutes: amount }),
    burnRates: z.record(
      z.string(),
      z.object({ from: moment, total: z.number(), bad: z.number(), rate: z.number().nullable() }),
    ),
    alerts: z.array(
      z.object({
        severity: z.enum(['page', 'ticket']),
        factor: z.number(),
        long: z.string(),
        short: z.string(),
        enoughTraffic: z.boolean(),
        firing: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Slo' });

export const readSlos: Description = {
  summary: 'Read how a service stands to what its rules promise',
  tags: ['telemetry'],
  query: { service: serviceParameter },
  answers: shows(
    'Every objective of the published rules.',
    z.object({ service: z.string(), revision: z.int(), ...settledShown, slos: z.array(slo), unreadable }),
  ),
  problems: NOT_HEARD_OF,
};
