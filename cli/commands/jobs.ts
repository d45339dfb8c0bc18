// `flyball jobs`: how the jobs stand, what happened to one of them, and what people do with it.
import { cell, listed, moment, type Fields } from '../answers.ts';
import type { Command, Outcome } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table } from '../line.ts';
import { didYouMean } from '../nearest.ts';
import { isObject } from '../problem.ts';
import { serviceName } from '../rules-file.ts';
import { DEFAULT_LIMIT, events, runs, toneOf } from './job-history.ts';
import { acted, start, type JobAct } from './job-acts.ts';

/** What is done with one job, by the first word. */
const ACTS: Readonly<Record<string, JobAct>> = {
  runs,
  events,
  start,
  pause: (asked) => acted('pause', asked),
  resume: (asked) => acted('resume', asked),
  ack: (asked) => acted('acknowledge', asked),
};

export const jobs: Command = {
  name: 'jobs',
  summary: 'tell how jobs stand and what happened; start, pause, acknowledge',
  synopsis: '[runs|events|start|pause|resume|ack] [<job>] [--reason <text>]',
  help: `Without a job: all there are, checks as well, how each stands since when, and when its
next run is expected. A job is service:job, or its name alone.

runs <job>    its runs, newest first; so does flyball jobs <job>
events <job>  runs, pings and changes of state in one list, newest first
start <job>   runs it now, by the function that ran it last
pause <job>   expects nothing of it, until --until or resume
resume <job>  expects it again
ack <job>     says that you have seen what is wrong with it

  --service <name>   those of this service
  --status <status>  of the list of jobs: those that stand so, such as failed
  --limit <number>   so many runs or events (${String(DEFAULT_LIMIT)} unless told otherwise)
  --reason <text>    why, for those who ask; pause and ack want one
  --until <time>     of pause and ack: until then, 2027-01-01T00:00:00Z
  --payload <json>   of start: what the function is sent in place of its schedule's event;
                     @file for what is in a file
  --key <name>       of start: under the same one nothing is started twice within a day`,
  options: {
    service: { type: 'string' },
    status: { type: 'string' },
    limit: { type: 'string' },
    reason: { type: 'string' },
    until: { type: 'string' },
    payload: { type: 'string' },
    key: { type: 'string' },
  },
  takes: { atLeast: 0, atMost: 2 },

  async run(given, { controlPlane, folder }) {
    const [first, second] = given.args;
    const service = given.text('service');
    const query = new URLSearchParams(service === undefined ? {} : { service: serviceName(service) });
    // A job may be called as what is done with one: it takes both words to do it.
    const [verb, job] = second === undefined ? ['runs', first] : [first ?? '', second];
    const act = Object.hasOwn(ACTS, verb) ? ACTS[verb] : undefined;
    if (!act) {
      const words = Object.keys(ACTS);
      throw new WrongUsage(`There is no "${verb}" of jobs: write ${words.join(', ')}.${didYouMean(verb, words)}`);
    }
    const status = given.text('status');
    requireMeant(job === undefined ? 'list' : verb, given.text);
    if (job !== undefined) return act({ job, given, controlPlane, query, folder });
    if (status !== undefined) query.set('status', status);
    return all(controlPlane, query);
  },
};

/** Options and what they are for; the rest is for all. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  status: ['list'],
  limit: ['runs', 'events'],
  reason: ['start', 'pause', 'resume', 'ack'],
  until: ['pause', 'ack'],
  payload: ['start'],
  key: ['start'],
};

/** @throws {WrongUsage} on an option that would be passed over. */
function requireMeant(verb: string, text: (option: string) => string | undefined): void {
  for (const [option, verbs] of Object.entries(MEANT)) {
    if (text(option) === undefined || verbs.includes(verb)) continue;
    const where = verbs[0] === 'list' ? 'the list of jobs' : new Intl.ListFormat('en-GB').format(verbs);
    throw new WrongUsage(`--${option} is for ${where}; leave it out.`);
  }
}

async function all(controlPlane: ControlPlane, query: URLSearchParams): Promise<Outcome> {
  const { rows } = await listed(controlPlane, '/v1/jobs', 'jobs', { query });
  const lines = table(
    rows,
    [
      { title: 'JOB', of: nameOf },
      { title: 'STATUS', of: ({ status, unreadable }) => (unreadable === true ? 'unreadable' : cell(status)) },
      { title: 'SINCE', of: ({ since }) => moment(since) },
      {
        title: 'SCHEDULE',
        of: ({ schedule, period }) => (period === undefined ? cell(schedule) : `every ${cell(period)}`),
      },
      { title: 'LAST RUN', of: ({ lastRun }) => (isObject(lastRun) ? cell(lastRun['status']) : '') },
      { title: 'NEXT', of: ({ nextExpectedAt }) => moment(nextExpectedAt) },
      { title: 'OWNER', of: ({ owner }) => cell(owner) },
    ],
    toneOf,
  );
  return { exitCode: EXIT.ok, lines: rows.length > 0 ? lines : ['There are no jobs.'], json: { jobs: rows } };
}

/** What the commands take for it: a check's id is long, and its slug says more. */
function nameOf({ kind, id, service, slug }: Fields) {
  return kind === 'check' && slug !== undefined ? `${cell(service)}:${cell(slug)}` : cell(id);
}
