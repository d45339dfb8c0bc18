// What the route takes and answers by which people start jobs by hand.
import { z } from 'zod';
import { moment, reasonGiven, type Description } from '../api/index.ts';
import { jobParams, jobProblems, jobQuery } from './described.ts';

export const startBody = z.strictObject({
  reason: reasonGiven.optional(),
  payload: z.unknown().optional().meta({
    description:
      'what the function is sent in place of the event of its schedule: any JSON. An object gets a member `flyball` that says who started it, unless it has one',
  }),
});

const started = z
  .object({
    job: z.string().meta({ description: '`service:job`' }),
    at: moment,
    function: z.string().meta({ description: 'its name, and its alias or version behind a colon' }),
    run: z.string().optional().meta({ description: 'the id that its run will have, where Lambda has said so' }),
    startedBy: z.object({ by: z.string(), reason: z.string().optional() }),
  })
  .meta({ id: 'JobStarted' });

export const startJob: Description = {
  tags: ['jobs'],
  params: jobParams,
  query: jobQuery,
  summary: 'Start a job now',
  details:
    'By the function that has run it last, which the parameter `startableFunctions` of the stack must name. Lambda runs it soon, and again if it fails, as it does after its schedule. Of declared jobs alone.',
  headers: {
    'idempotency-key':
      'A name for this start, up to 255 letters: sent again by the same caller within a day, nothing is started twice.',
  },
  body: {
    schema: startBody,
    optional: true,
    examples: { again: { reason: 'the file came late' }, part: { payload: { day: '2027-01-01' } } },
  },
  answers: { 202: { description: 'It will run.', schema: started } },
  problems: {
    ...jobProblems,
    409: 'Nobody knows its function or flyball may not start that, it is paused, retired or no declared job, a run is under way that forbids another, or several have that name.',
    422: 'The body is not what this route takes, Lambda does not take the payload, or the idempotency key was sent with another one.',
    503: 'The table or Lambda does not answer; `code` `START_UNKNOWN`: it may have been started all the same.',
  },
};
