// What the routes take and answer by which people act on jobs.
import { z } from 'zod';
import { readTime, reasonGiven, shows, type Description } from '../api/index.ts';
import { job, jobParams, jobProblems, jobQuery } from './described.ts';

export const pauseBody = z.strictObject({
  until: z
    .string()
    .refine((text) => readTime(text) !== undefined, 'is not a time; write 2027-01-01T00:00:00Z')
    .optional(),
  reason: reasonGiven,
});

export const resumeBody = z.strictObject({ reason: reasonGiven.optional() });

const common = { tags: ['jobs'] as const, params: jobParams, query: jobQuery };
const answers = shows('The job as it stands then.', job);

export const pauseJob: Description = {
  ...common,
  summary: 'Pause a job: nothing is expected of it',
  details:
    'Until a time, or until it is resumed; the slot that is awaited is not expected, either. Runs count as ever. Of a paused job, the pause gets another end. A check is paused as by its own API: until its next ping.',
  body: {
    schema: pauseBody,
    examples: { move: { until: '2099-01-01T06:00:00Z', reason: 'the database is being moved' } },
  },
  answers,
  problems: { ...jobProblems, 422: 'The time has passed, or is one of a check.' },
};

export const resumeJob: Description = {
  ...common,
  summary: 'Resume a job that somebody has paused',
  body: { schema: resumeBody, optional: true, examples: { done: { reason: 'the database has been moved' } } },
  answers,
  problems: { ...jobProblems, 409: 'Nobody has paused it, or several have that name.' },
};

export const acknowledgeJob: Description = {
  ...common,
  summary: 'Say that you have seen what is wrong with a job',
  details: 'Holds while the job stands as it does now, at the longest until a time.',
  body: { schema: pauseBody, examples: { seen: { reason: 'we are on it' } } },
  answers,
  problems: {
    ...jobProblems,
    409: 'Nothing is wrong with it, or several have that name.',
    422: 'The time has passed.',
  },
};
