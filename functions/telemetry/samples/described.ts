// What the route of samples takes and answers.
import { z } from 'zod';
import { moment, nextPage, paging, serviceParameter, shows, span, type Description } from '../../api/index.ts';
import { NOT_HEARD_OF } from '../described.ts';

const WHY = ['slow', 'failed', 'refused', 'sampled'] as const;

const sample = z
  .object({
    at: moment,
    requestId: z.string(),
    why: z.enum(WHY),
    weight: z.number().meta({ description: 'how many requests it stands for' }),
    resource: z.string(),
    source: z.string(),
    outcome: z.string(),
    ms: z.number(),
    waitedMs: z.number().optional(),
    by: z
      .string()
      .optional()
      .meta({ description: '`policy/rule` that refused it; of a `deny` list its entry, from 0: `access/deny/2`' }),
    error: z.string().optional().meta({ description: 'the id of an error' }),
    traceId: z.string().optional(),
    keys: z.record(z.string(), z.string()).optional().meta({ description: 'hashes of who asked' }),
  })
  .meta({ id: 'Sample' });

const text = z.string().max(300, 'is at most 300 characters long').optional();

export const listSamples: Description = {
  summary: 'List single requests, newest first: slow, failed, refused, and a share of the rest',
  tags: ['telemetry'],
  query: {
    service: serviceParameter,
    ...span,
    why: z.enum(WHY, `is one of ${WHY.join(', ')}`).optional(),
    resource: text,
    outcome: text,
    error: text,
    ...paging,
  },
  answers: shows('A page of samples.', z.object({ service: z.string(), samples: z.array(sample), ...nextPage })),
  problems: NOT_HEARD_OF,
};
