// What happened to one job: its runs, and everything in one list.
import { cell, listed, moment, type Fields } from '../answers.ts';
import type { Outcome } from '../command.ts';
import { EXIT, WrongUsage } from '../failure.ts';
import { table, type Line, type Tone } from '../line.ts';
import { isObject } from '../problem.ts';
import { pathOf, type AskedOfJob } from './job-acts.ts';

export const DEFAULT_LIMIT = 20;

export async function runs(asked: AskedOfJob): Promise<Outcome> {
  const { job } = asked;
  const { rows, more } = await newest(asked, 'runs');
  const lines = table(
    rows,
    [
      { title: 'STARTED', of: ({ startedAt, scheduledAt }) => moment(startedAt ?? scheduledAt) },
      { title: 'STATUS', of: ({ status }) => cell(status) },
      { title: 'SECONDS', of: ({ durationMs }) => (typeof durationMs === 'number' ? durationMs / 1_000 : undefined) },
      { title: 'BY', of: ({ startedBy }) => (isObject(startedBy) ? cell(startedBy['by']) : '') },
      { title: 'ERROR', of: ({ error, reason }) => (isObject(error) ? errorOf(error) : cell(reason)) },
      { title: 'RUN', of: ({ run }) => cell(run) },
    ],
    toneOf,
  );
  return toldOf(rows.length > 0 ? lines : [`${job} has not run.`], more, { job, runs: rows, more });
}

export async function events(asked: AskedOfJob): Promise<Outcome> {
  const { job } = asked;
  const { rows, more } = await newest(asked, 'events');
  const lines = table(
    rows,
    [
      { title: 'AT', of: ({ at }) => moment(at) },
      { title: 'WHAT', of: ({ type }) => cell(type) },
      { title: 'HOW', of: wordsOf },
    ],
    (event) => toneOf(isObject(event['run']) ? event['run'] : { status: event['to'] }),
  );
  return toldOf(rows.length > 0 ? lines : [`Nothing has happened to ${job}.`], more, { job, events: rows, more });
}

function newest({ job, given, controlPlane, query }: AskedOfJob, what: 'runs' | 'events') {
  const limit = given.text('limit') ?? String(DEFAULT_LIMIT);
  if (!/^[1-9][0-9]{0,4}$/.test(limit)) throw new WrongUsage('--limit is a number from 1 to 99999.');
  return listed(controlPlane, `${pathOf(job)}/${what}`, what, { query, most: Number(limit) });
}

function toldOf(lines: readonly Line[], more: boolean, json: Fields): Outcome {
  return { exitCode: EXIT.ok, lines: more ? [...lines, 'There are more: --limit'] : lines, json };
}

/** What a ping has posted may have no name, or no message. */
const errorOf = ({ name, message }: Fields) =>
  [name, message]
    .filter((part) => part !== '')
    .map(cell)
    .join(': ');

function wordsOf({ type, run, ping, from, to }: Fields): string {
  if (type === 'change') return `${cell(from)} → ${cell(to)}`;
  if (isObject(ping)) return cell(ping['kind']);
  if (!isObject(run)) return '';
  const { status, error, reason } = run;
  const why = isObject(error) ? errorOf(error) : cell(reason);
  return why === '' ? cell(status) : `${cell(status)}: ${why}`;
}

const TONES: Readonly<Record<string, Tone>> = {
  ...{ up: 'good', succeeded: 'good', running: 'good' },
  ...{ failed: 'bad', missed: 'bad', lost: 'bad', overran: 'bad', overrunning: 'bad', late: 'changed' },
};
export const toneOf = ({ status }: Fields): Tone | undefined => TONES[String(status)];
