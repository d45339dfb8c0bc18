// What the route of coverage takes and answers.
import { z } from 'zod';
import { moment, nextPage, paging, shows, type Description } from '../../api/index.ts';

const names = z.array(z.string());

const service = z.object({
  service: z.string(),
  revision: z.int().nullable(),
  owner: z.string().nullable(),
  missing: z.array(z.enum(['rules', 'telemetry', 'owner', 'dependencies', 'jobs', 'slos'])),
  functions: names,
  dependenciesWithoutRule: names,
  jobsWithoutOwner: names,
  unreadable: z.literal(true).optional(),
});

const functions = z.object({
  since: moment,
  lookedAt: moment
    .optional()
    .meta({ description: 'when it was last asked what services reported; of many not all are asked each time' }),
  unknown: z.string().optional().meta({ description: 'why nobody can tell' }),
  deployed: z.int().optional(),
  withoutTelemetry: names.optional(),
  claimed: z.array(z.object({ name: z.string(), by: names })).optional(),
  unreadable: names.optional(),
  more: z.literal(true).optional(),
});

export const readCoverage: Description = {
  summary: 'Read what runs and nobody looks after, by function and by service',
  tags: ['telemetry'],
  query: paging,
  answers: shows(
    'A page of services; the first one also has the functions, for a key for all services.',
    z.object({ at: moment, functions: functions.optional(), services: z.array(service), ...nextPage }),
  ),
};
