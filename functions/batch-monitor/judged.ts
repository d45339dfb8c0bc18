// What a job is held to and what was made of it, as the API shows both.
import { z } from 'zod';
import type { Run } from '../../store/items/job-runs.ts';
import { moment } from '../api/index.ts';
import type { Standing } from './standing.ts';

const mark = z.object({ mark: z.enum(['too often', 'overlapping', 'slow', 'fast']), reason: z.string() });
const marks = z.array(mark).optional();
const bound = z
  .object({
    atLeast: z.union([z.number(), z.string()]).optional(),
    atMost: z.union([z.number(), z.string()]).optional(),
  })
  .optional();

export const judgedJobShape = {
  because: z
    .string()
    .optional()
    .meta({ description: 'what is wrong is so because of this job, which it waits for: service:job' }),
  marks: marks.meta({ description: 'of its last run' }),
  blocking: z.boolean().optional(),
  announced: z.boolean().optional().meta({ description: 'other services are told of its runs' }),
  pausing: z
    .array(z.string())
    .optional()
    .meta({ description: 'the resources of its service that are paused while it runs' }),
  after: z.array(z.string()).optional(),
  finishBy: z.string().optional(),
  minRuntime: z.string().optional(),
  noHeartbeatFor: z.string().optional(),
  failures: z.string().optional(),
  notMoreThan: z.string().optional(),
  overlap: z.enum(['allow', 'forbid']).optional(),
  expect: z.object({ read: bound, written: bound, failed: bound }).optional(),
  duration: z.object({ anomaly: z.string() }).optional(),
  pauses: z
    .array(
      z.object({
        from: z.string().optional(),
        to: z.string().optional(),
        schedule: z.string().optional(),
        for: z.string().optional(),
        reason: z.string().optional(),
      }),
    )
    .optional(),
};

export function judgedJob(job: Standing): Record<string, unknown> {
  const { because, marks, blocking, announced, pausing, tags, after, finishBy, minRuntime, noHeartbeatFor } = job;
  const { failures, notMoreThan, overlap, expect, duration, pauses } = job;
  const terms = { finishBy, minRuntime, noHeartbeatFor, failures, notMoreThan, overlap, expect, duration, pauses };
  return { because, marks, blocking, announced, pausing, tags, after, ...terms };
}

export const judgedRunShape = {
  lostAt: moment
    .optional()
    .meta({ description: 'since when it was given up for its silence; it may have ended later' }),
  marks: marks.meta({ description: 'what was odd about it, which is no failure' }),
};

export function judgedRun({ lostAt, marks }: Run): Record<string, unknown> {
  return { lostAt: lostAt === undefined ? undefined : new Date(lostAt).toISOString(), marks };
}
