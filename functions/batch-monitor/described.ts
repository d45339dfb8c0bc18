// What the routes of jobs take and answer.
import { z } from 'zod';
import { judgedJobShape, judgedRunShape } from './judged.ts';
import { moment, nextPage, paging, serviceParameter, shows, type Description } from '../api/index.ts';

const RUN_STATUSES = ['running', 'succeeded', 'failed', 'skipped', 'overran', 'lost', 'missed'] as const;
const JOB_STATUSES = ['new', 'up', 'late', 'missed', 'failed', 'overrunning', 'paused', 'retired'] as const;

export const job = z
  .object({
    id: z.string().meta({ description: '`service:job` of a declared job, the unique key of a check' }),
    kind: z.enum(['declared', 'check']).meta({ description: 'whether rules declare it, or pings alone tell of it' }),
    service: z.string(),
    job: z.string().meta({ description: 'its name' }),
    slug: z.string().optional(),
    owner: z.string().optional().meta({ description: 'of a check that of its service' }),
    tags: z.array(z.string()).optional(),
    channels: z
      .array(z.string())
      .optional()
      .meta({ description: 'that a check names; none is nobody, and without them its owner is told' }),
    schedule: z.string().optional(),
    timezone: z.string().optional(),
    period: z
      .string()
      .optional()
      .meta({ description: 'of a check without a schedule: how long after a ping the next one is expected' }),
    maxRuntime: z.string().optional(),
    startDeadline: z.string().optional(),
    function: z
      .string()
      .optional()
      .meta({ description: 'what has run it last, and its alias or version behind a colon' }),
    ...judgedJobShape,
    status: z.enum(JOB_STATUSES),
    since: moment,
    paused: z
      .object({ from: moment, until: moment.optional(), reason: z.string().optional(), by: z.string().optional() })
      .optional()
      .meta({ description: 'by hand' }),
    acknowledged: z
      .object({ at: moment, until: moment.optional(), reason: z.string(), by: z.string() })
      .optional()
      .meta({ description: 'who has seen what is wrong' }),
    lastRun: z
      .object({
        run: z.string().optional(),
        status: z.enum(RUN_STATUSES),
        startedAt: moment,
        endedAt: moment.optional(),
      })
      .optional(),
    recentMs: z
      .array(z.number())
      .optional()
      .meta({ description: 'how long its last runs took, ten at most, oldest first' }),
    nextExpectedAt: moment.optional(),
  })
  .meta({ id: 'Job' });

const unreadableJob = z
  .object({
    id: z.string(),
    kind: z.literal('declared'),
    service: z.string(),
    job: z.string(),
    owner: z.string().optional(),
    unreadable: z.literal(true).meta({ description: 'a newer flyball wrote it or one of its runs, or none did' }),
  })
  .meta({ id: 'UnreadableJob' });

const jobDetail = job
  .extend({
    awaitedBy: z
      .array(z.string())
      .optional()
      .meta({ description: 'jobs that wait for it, service:job, of services that the caller may see' }),
    changes: z.array(z.object({ at: moment, from: z.enum(JOB_STATUSES), to: z.enum(JOB_STATUSES) })),
  })
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
    reason: z.string().optional().meta({ description: 'why a success counts as a failure' }),
    ...judgedRunShape,
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
    exitStatus: z.number().optional().meta({ description: 'as a ping told it' }),
    function: z.string().optional().meta({ description: 'what ran it, and its alias or version behind a colon' }),
    startedBy: z
      .object({ by: z.string(), reason: z.string().optional() })
      .optional()
      .meta({ description: 'who started it by hand' }),
    instance: z.string().optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Run' });

const changed = { from: z.enum(JOB_STATUSES), to: z.enum(JOB_STATUSES) };

const event = z
  .union([
    z.object({ type: z.literal('run'), at: moment, run }),
    z.object({
      type: z.literal('ping'),
      at: moment,
      ping: z.object({
        n: z.number(),
        kind: z.enum(['success', 'start', 'fail', 'log', 'ign']),
        run: z.string().optional(),
        exitStatus: z.number().optional(),
        durationMs: z.number().optional(),
        bodySize: z.number(),
      }),
    }),
    z.object({ type: z.literal('change'), at: moment, ...changed }),
    z.object({
      type: z.literal('alert'),
      at: moment,
      alert: z
        .object({ id: z.string(), what: z.string(), channel: z.string().optional(), detail: z.string() })
        .meta({ description: 'a step of its alert: what was decided, held back, sent or seen' }),
    }),
  ])
  .meta({ id: 'JobEvent' });

const tags = ['jobs'] as const;
export const jobParams = {
  job: z
    .string()
    .regex(/^([a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?:)?[-_a-z0-9]{1,100}$/)
    .meta({
      description:
        '`service:job`, or the job’s name alone where one service has it; of a check `service:slug`, its unique key or its UUID',
    }),
};
const service = serviceParameter.optional();
export const jobQuery = { service };
export const jobProblems = { 404: 'There is no such job.', 409: 'Several have that name.' };

const text = z.string().min(1, 'is empty').max(100, 'is longer than 100 characters');
const MOST_NEXT = 50;
const count = z
  .string()
  .refine((given) => /^[0-9]{1,3}$/.test(given) && Number(given) >= 1 && Number(given) <= MOST_NEXT, {
    error: `is a number from 1 to ${MOST_NEXT}`,
  })
  .meta({ description: 'how many', type: 'integer', minimum: 1, maximum: MOST_NEXT });

export const listJobs: Description = {
  summary: 'List jobs and checks, and how each stands',
  details:
    'Of the filters all that are given must fit; of several `status` one, of several `tag` all. A page looks at so many entries at most: it may be short, or empty, and have a `cursor`. Declared jobs come first. A declared job that cannot be read is listed as `unreadable`, also where what is asked for cannot be told of it; a check that cannot be read is left out.',
  tags,
  query: {
    service,
    kind: z.enum(['declared', 'check'], 'is declared or check').optional(),
    status: z.array(z.enum(JOB_STATUSES, `is one of ${JOB_STATUSES.join(', ')}`)).optional(),
    owner: text.optional(),
    tag: z.array(text).max(10, 'is given more than 10 times').optional(),
    name: text.optional().meta({ description: 'a part of the name' }),
    ...paging,
  },
  answers: shows('A page of jobs.', z.object({ jobs: z.array(z.union([job, unreadableJob])), ...nextPage })),
};

export const readJob: Description = {
  summary: 'Read how a job stands and how it came to it',
  tags,
  params: jobParams,
  query: jobQuery,
  answers: shows('The job.', jobDetail),
  problems: jobProblems,
};

export const listRuns: Description = {
  summary: 'List the runs of a job, newest first',
  details:
    'The runs of a check are made of its pings: a start and the end with the same `rid`, or an end alone, each where its last ping stands. Of pings that tell of no run a page has fewer.',
  tags,
  params: jobParams,
  query: { service, ...paging },
  answers: shows('A page of runs.', z.object({ job: z.string(), runs: z.array(run), ...nextPage })),
  problems: jobProblems,
};

export const listEvents: Description = {
  summary: 'List what happened to a job, newest first',
  details:
    'Runs stand where they began; changes of state are the latest 20 of a declared job, and those of 400 days of a check. Steps of alerts are those of its latest episodes.',
  tags,
  params: jobParams,
  query: { service, ...paging },
  answers: shows('A page of events.', z.object({ job: z.string(), events: z.array(event), ...nextPage })),
  problems: jobProblems,
};

export const nextRuns: Description = {
  summary: 'Tell when a job is expected next',
  details:
    'The first is the one that is awaited, though it may have passed. A retired or paused job expects nothing; of a check that nobody has pinged yet they are those of its schedule.',
  tags,
  params: jobParams,
  query: { service, count: count.optional() },
  answers: shows('Its next times.', z.object({ job: z.string(), next: z.array(moment) })),
  problems: jobProblems,
};
