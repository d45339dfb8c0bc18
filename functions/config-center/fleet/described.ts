// What the route of a service's fleet takes and answers.
import { z } from 'zod';
import { moment, nextPage, paging, shows, type Description } from '../../api/index.ts';
import { STANDINGS } from './standing.ts';

const counts = z.record(z.string(), z.int());

const summary = z
  .object({
    counted: z.enum(['instances', 'minute']).meta({
      description:
        'what is counted: each instance that reported within four minutes; or, of a large fleet, those that reported in the last minute that all have told of',
    }),
    instances: z.int(),
    current: z.int().meta({ description: 'on the published revision' }),
    gray: z.int().meta({ description: 'on the gray one' }),
    stale: z.int().meta({ description: 'on an older one more than 10 s after the publication' }),
    rejected: z.int().meta({ description: 'cannot follow what is published, and keep the last good one' }),
    unknown: z.int().meta({ description: 'have not reported since the publication' }),
    revisions: counts,
    versions: counts.meta({ description: 'of flyball' }),
    functions: counts.meta({ description: 'by `name:version`' }),
  })
  .meta({ id: 'FleetSummary' });

const convergence = z
  .object({
    minutes: z.array(
      z.object({
        minute: moment.meta({ description: 'as things were one to two minutes after it began' }),
        instances: z.int(),
        current: z.int(),
        share: z.number().meta({ description: 'of them on the published revision' }),
      }),
    ),
    reached: z
      .object({ share: z.literal(0.95), withinMs: z.number() })
      .optional()
      .meta({
        description: 'so many had it so long after the publication at the latest, to the minute of their reports',
      }),
  })
  .meta({ id: 'FleetConvergence' });

const instance = z
  .object({
    instance: z.string(),
    function: z.string(),
    functionVersion: z.string(),
    version: z.string().meta({ description: 'of flyball' }),
    revision: z.int().meta({ description: '0 without published rules' }),
    standing: z.enum(STANDINGS),
    rejected: z.int().optional().meta({ description: 'a revision that it cannot follow' }),
    partlyGray: z.literal(true).optional().meta({ description: 'some of its invocations are given the gray revision' }),
    reportedAt: moment,
  })
  .meta({ id: 'FleetInstance' });

export const readFleet: Description = {
  summary: 'Read which instances run what',
  details:
    'What instances report every minute: an instance that has reported within four minutes is live. ' +
    'The first page also has the summary and how the last publication came to the fleet.',
  tags: ['rules'],
  query: paging,
  answers: shows(
    'A page of instances, by their names. While there is a cursor there may be more, also behind a short page.',
    z.object({
      service: z.string(),
      at: moment,
      published: z
        .object({ revision: z.int(), publishedAt: moment, gray: z.object({ revision: z.int() }).optional() })
        .optional(),
      summary: summary.optional(),
      convergence: convergence.optional(),
      instances: z.array(instance),
      ...nextPage,
    }),
  ),
  problems: { 404: 'The service has no rules, and no instance of it has reported within four minutes.' },
};
