// What the route of series takes and answers.
import { z } from 'zod';
import { moment, serviceParameter, span, type Description } from '../../api/index.ts';
import { counts, NOT_HEARD_OF, quantiles, settledShown, unreadable } from '../described.ts';
import { metricsOf } from './metric.ts';

const KINDS = ['resource', 'dependency', 'source'] as const;

const summed = { count: z.number(), outcomes: counts, cold: z.number(), slow: z.number() };
const measured = counts.nullable().optional();

/** Of one metric, or of all that need not be asked for by name. */
const point = {
  ...z.object(summed).partial().shape,
  instances: z.number().optional(),
  durationMs: quantiles.optional(),
  attempts: z.object({ ...summed, durationMs: quantiles }).optional(),
  refusals: counts.optional().meta({ description: 'by `policy/rule/resource`' }),
  shadow: counts.optional(),
  transitions: counts.optional().meta({ description: 'by `breaker/FROM/TO`' }),
  internal: counts.optional(),
  waitsMs: measured,
  bytesIn: measured,
  bytesOut: measured,
  leftMs: measured,
  agesMs: measured,
  retries: z.number().optional(),
  machine: counts.nullable().optional(),
  revisions: counts.optional(),
  versions: counts.optional(),
  functions: counts.optional(),
};

const busyKey = z
  .tuple([z.string(), z.number(), z.number()])
  .meta({ description: 'the key as the table has it, how often it was met, and how far that may be above the truth' });

const error = z.object({
  id: z.string(),
  type: z.string(),
  shape: z.string(),
  frame: z.string(),
  count: z.number(),
  where: z.string(),
  requestId: z.string(),
  traceId: z.string().optional(),
  firstAt: moment,
  lastAt: moment,
});

const ranged = { service: z.string(), from: moment, to: moment, ...settledShown, unreadable };

const series = z
  .object({
    ...ranged,
    resource: z.string().optional(),
    dependency: z.string().optional(),
    source: z.string().optional(),
    stepMs: z.number(),
    total: z.object({
      ...point,
      errors: z.array(error).optional(),
      keys: z.record(z.string(), z.array(busyKey)).optional().meta({ description: 'the busiest of each throttle' }),
    }),
    points: z.array(
      z.object({
        at: moment,
        partial: z.literal(true).optional().meta({ description: 'it may still grow' }),
        ...point,
        errors: counts.optional().meta({ description: 'by the id of an error' }),
      }),
    ),
    heatmap: z.array(z.object({ overMs: z.number(), upToMs: z.number(), counts: z.array(z.number()) })).optional(),
    resources: z.array(z.string()),
    dependencies: z.array(z.string()),
    sources: z.array(z.string()),
  })
  .meta({ id: 'Series' });

const totals = z
  .object({ ...ranged, by: z.enum(KINDS), rows: z.array(z.object({ name: z.string(), ...point })) })
  .meta({ id: 'Totals', description: 'busiest first' });

const named = (kind: string) =>
  z
    .string()
    .optional()
    .meta({ description: `the name of a ${kind}; \`*\` for totals of all`, minLength: 1, maxLength: 160 });

export const readSeries: Description = {
  summary: 'Read what a service counted, step by step or as totals',
  details:
    'All of a service, or one `resource`, `dependency` or `source` of it. With `by`, totals of all of them instead.',
  tags: ['telemetry'],
  query: {
    service: serviceParameter,
    ...span,
    step: z
      .string()
      .optional()
      .meta({ description: 'whole minutes up to 7 days: 1m, 5m, 1h', pattern: '^[0-9]+[mhd]$' }),
    resource: named('resource'),
    dependency: named('dependency'),
    source: named('source of invocations'),
    by: z.enum(KINDS, `is one of ${KINDS.join(', ')}`).optional(),
    metric: z
      .string()
      .optional()
      .meta({ description: 'one metric alone; not every kind has all', enum: metricsOf('service') }),
    percentiles: z
      .string()
      .optional()
      .meta({
        description: 'up to 10 numbers between 0 and 100',
        pattern: '^[1-9][0-9]?(\\.[0-9]{1,4})?$',
        examples: ['50,90,99.9'],
      }),
  },
  answers: {
    200: { description: 'The series, or the totals.', schema: z.union([series, totals]) },
  },
  problems: NOT_HEARD_OF,
};
