// What the route of the topology takes and answers.
import { z } from 'zod';
import { moment, shows, span, type Description } from '../../api/index.ts';
import { quantiles, unreadable } from '../described.ts';

const node = z.object({
  id: z.string().meta({ description: 'the kind and the name, `service:orders`' }),
  kind: z.string(),
  name: z.string(),
  functions: z.array(z.string()).optional(),
  claimedBy: z.array(z.string()).optional(),
});

const edge = z.object({
  from: z.string(),
  to: z.string(),
  reportedBy: z.enum(['caller', 'callee', 'both']),
  dependencies: z.array(z.string()).optional(),
  count: z.number(),
  ratePerSecond: z.number().nullable(),
  errorShare: z.number().nullable(),
  refusedShare: z.number().nullable(),
  durationMs: quantiles,
  ageMs: quantiles.optional(),
});

export const readTopology: Description = {
  summary: 'Read who calls whom, and how the traffic between them fares',
  tags: ['telemetry'],
  query: span,
  answers: shows(
    'Services, what is around them, and the edges between.',
    z
      .object({
        from: moment,
        to: moment,
        stepMs: z.number(),
        completeUntil: moment,
        nodes: z.array(node),
        edges: z.array(edge),
        unreadable,
      })
      .meta({ id: 'Topology' }),
  ),
};
