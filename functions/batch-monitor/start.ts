// `POST /v1/jobs/{job}/start`: runs a function's job now, because somebody says so.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../middleware/kernel/clock.ts';
import { errorFields } from '../../middleware/kernel/logger.ts';
import { listRuns } from '../../store/items/job-runs.ts';
import { putStarts, readStarts, type JobStart, type JobStarts } from '../../store/items/job-starts.ts';
import type { Job } from '../../store/items/jobs.ts';
import { bodyOf, bodyText, json, Problem, route, type ApiRequest, type Route } from '../api/index.ts';
import { record, type TrailParts } from '../api/trail.ts';
import { startBody, startJob } from './described-start.ts';
import { jobOf } from './found.ts';
import { InvokeRefused, type InvokeLater } from './invoker.ts';
import { settledRuns } from './judging/settled.ts';
import { standing } from './standing.ts';
import {
  namingOf,
  payloadOf,
  requireIdle,
  sentBefore,
  shownTarget,
  targetOf,
  type Naming,
  type Startable,
  type Target,
} from './starting.ts';
import { iso } from './views.ts';

/** What is known of Lambda, and of what may be started there. */
export interface Starter extends Startable {
  readonly invoke: InvokeLater;
}

export interface StartParts extends TrailParts {
  readonly clock: Clock;
  readonly starter: Starter;
}

/** Enough to see which runs are under way. */
const RUNS_READ = 50;
/** Lost races before a start is not made, or what came of one is left unsaid. */
const TRIES = 8;

export function startRoutes(parts: StartParts): Route[] {
  return [
    route('POST', '/v1/jobs/{job}/start', 'publisher', startJob, async (request) => {
      const { table, clock, starter } = parts;
      const nowMs = clock.now();
      const body = bodyOf(request, startBody);
      const naming = namingIn(request);
      const why = body.reason === undefined ? {} : { reason: body.reason };
      const found = await jobOf(table, request, 'start it where it runs');
      for (let tries = 0; tries < TRIES; tries++) {
        const seen = await readStarts(table, found);
        const before = sentBefore(seen.starts, naming, nowMs);
        if (before) return started(found, before);
        const { job, runs } = await standsNow(parts, found, nowMs);
        requireIdle(job, runs, seen.starts, nowMs);
        const target = targetOf(job, starter);
        const said = { at: nowMs, by: request.caller.name, ...why, ...naming };
        const asked: JobStart = { ...said, function: shownTarget(target), state: 'asked' };
        const claimed = await putStarts(table, job, seen, [...seen.starts, asked], nowMs);
        // Somebody else has started it meanwhile: whether it may be started once more is asked again.
        if (!claimed) continue;
        const payload = 'payload' in body ? { value: body.payload } : undefined;
        return started(job, await begin(parts, request, { job, target, asked, claimed, payload }));
      }
      throw new Problem(409, `Too many start ${idOf(found)} at once; this start was not made, try again.`, {
        code: 'CONTENDED',
      });
    }),
  ];
}

interface Claimed {
  readonly job: Job;
  readonly target: Target;
  readonly asked: JobStart;
  readonly claimed: JobStarts;
  readonly payload: { readonly value: unknown } | undefined;
}

/** Has Lambda run it, and says so in the table and the audit log. @throws {Problem} when Lambda does not. */
async function begin(parts: StartParts, request: ApiRequest, given: Claimed): Promise<JobStart> {
  const { job, target, asked, claimed, payload } = given;
  const event = payloadOf(job, target, { by: asked.by, reason: asked.reason, payload }, parts.newId(), asked.at);
  const { requestId: run } = await invoke(parts, job, target, event, claimed);
  const taken: JobStart = { ...asked, state: 'taken', ...(run === undefined ? {} : { run }) };
  await settle(parts, job, claimed, taken);
  await record(parts, request, {
    ...{ action: 'job.start', service: job.service, target: `job ${job.job}` },
    ...(asked.reason === undefined ? {} : { note: asked.reason }),
    detail: {
      function: taken.function,
      ...(run === undefined ? {} : { run }),
      ...(payload ? { payload: 'given' } : {}),
    },
  });
  return taken;
}

/** Enough for a UUID, a digest or a build's name. */
const KEY = /^[\x21-\x7e]{1,255}$/;

function namingIn(request: ApiRequest): Naming | undefined {
  const key = request.headers.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!KEY.test(key)) {
    throw new Problem(400, 'idempotency-key is 1 to 255 letters, digits and signs without spaces.', {
      code: 'BAD_REQUEST',
    });
  }
  return namingOf(key, request.caller.name, bodyText(request.body));
}

/** The job with its latest runs, as it was a moment ago at the longest. */
async function standsNow({ table }: StartParts, found: Job, nowMs: number) {
  const job = await standing(table, found, nowMs);
  const { runs } = await listRuns(table, job, { limit: RUNS_READ, consistent: true });
  return { job, runs: settledRuns(job, runs, nowMs) };
}

async function invoke(parts: StartParts, job: Job, target: Target, event: string, claimed: JobStarts) {
  try {
    return await parts.starter.invoke(target.name, target.qualifier, event);
  } catch (error) {
    if (!(error instanceof InvokeRefused)) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new Problem(503, `${detail}. It may have been started: look at its runs before you start it again.`, {
        code: 'START_UNKNOWN',
        headers: { 'retry-after': '60' },
      });
    }
    await settle(parts, job, claimed, undefined);
    throw refusedBy(error);
  }
}

function refusedBy({ kind, message }: InvokeRefused): Problem {
  switch (kind) {
    case 'busy':
      return new Problem(503, message, { code: 'LAMBDA_BUSY', headers: { 'retry-after': '10' } });
    case 'unfit':
      return new Problem(422, message, { code: 'INVALID_PAYLOAD' });
    case 'unknown':
      return new Problem(409, message, { code: 'FUNCTION_GONE' });
    case 'denied':
      return new Problem(409, message, { code: 'FUNCTION_NOT_STARTABLE' });
  }
}

/**
 * Says what came of the start that was claimed, the last in the list; undefined: nothing. Should the store be away, it
 * stays as one of which nobody knows, and what Lambda has said is answered all the same.
 */
async function settle(parts: StartParts, job: Job, claimed: JobStarts, start: JobStart | undefined): Promise<void> {
  const { table, clock, logger } = parts;
  const asked = claimed.starts.at(-1);
  try {
    let seen = claimed;
    for (let tries = 0; tries < TRIES; tries++) {
      const next = seen.starts.flatMap((each) => (isDeepStrictEqual(each, asked) ? (start ?? []) : each));
      if (await putStarts(table, job, seen, next, clock.now())) return;
      // Others have started it since; what they wrote stays.
      seen = await readStarts(table, job);
    }
    logger.warn('what came of a start could not be noted: too many start one job at once', { job: idOf(job) });
  } catch (error) {
    logger.error('what came of a start could not be noted', { job: idOf(job), ...errorFields(error) });
  }
}

const idOf = ({ service, job }: Pick<Job, 'service' | 'job'>) => `${service}:${job}`;

function started(job: Pick<Job, 'service' | 'job'>, start: JobStart) {
  const { at, by, reason, function: of, run } = start;
  return json({ job: idOf(job), at: iso(at), function: of, run, startedBy: { by, reason } }, { status: 202 });
}
