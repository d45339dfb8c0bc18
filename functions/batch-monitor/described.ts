// What the routes of jobs take and answer.
import { z } from 'zod';
import { moment, nextPage, paging, serviceParameter, shows, type Description } from '../api/index.ts';

const RUN_STATUSES = ['running', 'succeeded', 'failed', 'skipped', 'overran', 'lost', 'missed'] as const;
const JOB_STATUSES = ['new', 'up', 'late', 'missed', 'failed', 'overrunning', 'retired'] as const;

const job = z
  .object({
    id: z.string().meta({ description: 'service:job' }),
    service: z.string(),
    job: z.string(),
    owner: z.string().optional(),
    schedule: z.string(),
    timezone: z.string(),
    maxRuntime: z.string().optional(),
    startDeadline: z.string().optional(),
    status: z.enum(JOB_STATUSES),
    since: moment,
    lastRun: z
      .object({ run: z.string(), status: z.enum(RUN_STATUSES), startedAt: moment, endedAt: moment.optional() })
      .optional(),
    nextExpectedAt: moment.optional(),
  })
  .meta({ id: 'Job' });

const jobDetail = job
  .extend({ changes: z.array(z.object({ at: moment, from: z.enum(JOB_STATUSES), to: z.enum(JOB_STATUSES) })) })
  .meta({ id: 'JobDetail' });

const run = z
  .object({
    run: z.string(),
    status: z.enum(RUN_STATUSES),
    scheduledAt: moment.optional(),
    startedAt: moment.optional(),
    endedAt: moment.optional(),
    durationMs: z.number().optional(),
    heardAt: moment.optional().meta({ description: 'when it last said that it is alive' }),
    progress: z.object({ done: z.number(), of: z.number().optional() }).optional(),
    counts: z
      .object({ read: z.number().optional(), written: z.number().optional(), failed: z.number().optional() })
      .optional(),
    error: z
      .object({
        name: z.string(),
        message: z.string(),
        businessCode: z.string().optional(),
        causes: z.array(z.object({ name: z.string(), message: z.string() })).optional(),
        fingerprint: z.string().optional(),
        frames: z.array(z.string()).optional(),
      })
      .optional(),
    instance: z.string().optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Run' });

const tags = ['jobs'] as const;
const params = {
  job: z
    .string()
    .regex(/^([a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?:)?[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/)
    .meta({ description: '`service:job`, or the job’s name alone where one service has it' }),
};
const service = serviceParameter.optional();
const problems = { 404: 'There is no such job.', 409: 'Several services have a job of that name.' };

export const listJobs: Description = {
  summary: 'List the jobs there are and how each stands',
  tags,
  query: { service, ...paging },
  answers: shows('A page of jobs.', z.object({ jobs: z.array(job), ...nextPage })),
};

export const readJob: Description = {
  summary: 'Read how a job stands and how it came to it',
  tags,
  params,
  query: { service },
  answers: shows('The job.', jobDetail),
  problems,
};

export const listRuns: Description = {
  summary: 'List the runs of a job, newest first',
  tags,
  params,
  query: { service, ...paging },
  answers: shows('A page of runs.', z.object({ job: z.string(), runs: z.array(run), ...nextPage })),
  problems,
};
