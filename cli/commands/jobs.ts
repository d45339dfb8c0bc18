// `flyball jobs`: how the jobs stand, and the runs of one of them.
import { cell, listed, moment, type Fields } from '../answers.ts';
import type { Command, Given, Outcome } from '../command.ts';
import type { ControlPlane } from '../control-plane.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table, type Tone } from '../line.ts';
import { isObject } from '../problem.ts';
import { serviceName } from '../rules-file.ts';

const DEFAULT_LIMIT = 20;

export const jobs: Command = {
  name: 'jobs',
  summary: 'tell how jobs stand, and the runs of one',
  synopsis: '[<job>] [--service <name>] [--status <status>] [--limit <number>]',
  help: `Without a job: all there are, checks as well, how each stands since when, and when its
next run is expected. Of a job, service:job or its name alone: its runs, newest first.

  --service <name>   those of this service
  --status <status>  those that stand so, such as failed
  --limit <number>   so many runs (${String(DEFAULT_LIMIT)} unless told otherwise)`,
  options: { service: { type: 'string' }, status: { type: 'string' }, limit: { type: 'string' } },
  takes: { atLeast: 0, atMost: 1 },

  async run(given, { controlPlane }) {
    const [job] = given.args;
    const service = given.text('service');
    const query = new URLSearchParams(service === undefined ? {} : { service: serviceName(service) });
    const status = given.text('status');
    if (job !== undefined) {
      if (status !== undefined)
        throw new WrongUsage('--status is for the list of jobs; leave the job or --status out.');
      return runs(job, given, controlPlane, query);
    }
    if (status !== undefined) query.set('status', status);
    return all(controlPlane, query);
  },
};

async function all(controlPlane: ControlPlane, query: URLSearchParams): Promise<Outcome> {
  const { rows } = await listed(controlPlane, '/v1/jobs', 'jobs', { query });
  const lines = table(
    rows,
    [
      { title: 'JOB', of: nameOf },
      { title: 'STATUS', of: ({ status }) => cell(status) },
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

async function runs(
  job: string,
  { text }: Given,
  controlPlane: ControlPlane,
  query: URLSearchParams,
): Promise<Outcome> {
  const limit = text('limit') ?? String(DEFAULT_LIMIT);
  if (!/^[1-9][0-9]{0,4}$/.test(limit)) throw new WrongUsage('--limit is a number from 1 to 99999.');
  const path = `/v1/jobs/${encodeURIComponent(job)}/runs`;
  const { rows, more } = await listed(controlPlane, path, 'runs', { query, most: Number(limit) });
  const lines = table(
    rows,
    [
      { title: 'STARTED', of: ({ startedAt, scheduledAt }) => moment(startedAt ?? scheduledAt) },
      { title: 'STATUS', of: ({ status }) => cell(status) },
      { title: 'SECONDS', of: ({ durationMs }) => (typeof durationMs === 'number' ? durationMs / 1_000 : undefined) },
      {
        title: 'ERROR',
        of: ({ error }) => (isObject(error) ? `${cell(error['name'])}: ${cell(error['message'])}` : ''),
      },
      { title: 'RUN', of: ({ run }) => cell(run) },
    ],
    toneOf,
  );
  const shown = rows.length > 0 ? lines : [`${job} has not run.`];
  return {
    exitCode: EXIT.ok,
    lines: more ? [...shown, 'There are more: --limit'] : shown,
    json: { job, runs: rows, more },
  };
}

const TONES: Readonly<Record<string, Tone>> = {
  ...{ up: 'good', succeeded: 'good', running: 'good' },
  ...{ failed: 'bad', missed: 'bad', lost: 'bad', overran: 'bad', overrunning: 'bad', late: 'changed' },
};
const toneOf = ({ status }: Fields): Tone | undefined => TONES[String(status)];
