// Whether a job may be started by hand now, by which function, and what that is sent. Pure.
import { createHash } from 'node:crypto';
import { functionReference } from '../../middleware/kernel/function-name.ts';
import { compileGlob } from '../../middleware/kernel/glob.ts';
import type { Run } from '../../store/items/job-runs.ts';
import { START_KEPT_MS, type JobStart } from '../../store/items/job-starts.ts';
import type { Job } from '../../store/items/jobs.ts';
import { Problem } from '../api/index.ts';
import { isOfControlPlane } from '../api/function-names.ts';
import { pausesOf } from './judging/pauses.ts';
import { underWayAt } from './judging/starts.ts';
import { holdAt } from './holding.ts';
import { scheduleEvent } from './schedule-event.ts';
import { iso } from './views.ts';

/** For how long, in ms, a start whose run nobody has seen counts as a run that is under way. */
const UNSEEN_FOR_MS = 60_000;
/** By so much a function's clock may be behind ours. */
const CLOCKS_APART_MS = 2_000;

/** Where the control plane is, and which functions it may start. */
export interface Startable {
  /** `<account>:<Region>:<stage>`. */
  readonly cell: string;
  /** Names, or patterns of names, as the parameter `startableFunctions` has them. */
  readonly names: readonly string[];
  /** `flyball-<stage>-`. */
  readonly prefix: string;
}

export interface Target {
  readonly name: string;
  readonly qualifier: string | undefined;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export const shownTarget = ({ name, qualifier }: Pick<Target, 'name' | 'qualifier'>) =>
  qualifier === undefined ? name : `${name}:${qualifier}`;

/** The function that has run the job. @throws {Problem} 409 where nobody knows it, or flyball may not start it. */
export function targetOf(job: Job, { cell, names, prefix }: Startable): Target {
  const id = `${job.service}:${job.job}`;
  const said = job.ranBy?.name;
  if (said === undefined) {
    throw new Problem(
      409,
      `No run of ${id} has said by which function: start it where it runs, or let its schedule run it once by a function that is governed with job: '${job.job}'.`,
      { code: 'NO_FUNCTION' },
    );
  }
  const found = functionReference(said);
  const [account = '', region = ''] = cell.split(':');
  if (!found || (found.account ?? account) !== account || (found.region ?? region) !== region) {
    throw new Problem(409, `${id} was run by ${said}, which is no function of this account and Region.`, {
      code: 'FUNCTION_ELSEWHERE',
    });
  }
  const { name, qualifier } = found;
  if (isOfControlPlane(name, prefix)) {
    throw new Problem(409, `${id} was run by ${name}, and nobody starts functions of the control plane by hand.`, {
      code: 'FUNCTION_NOT_STARTABLE',
    });
  }
  if (!names.some((one) => compileGlob(one)(name))) {
    const has = names.length === 0 ? 'names none' : `has ${names.join(',')}`;
    throw new Problem(
      409,
      `flyball may not start ${name}: deploy the control plane with the parameter startableFunctions that fits it; it ${has}.`,
      { code: 'FUNCTION_NOT_STARTABLE' },
    );
  }
  const partition = /^arn:([^:]+):/.exec(said)?.[1] ?? 'aws';
  return { name, qualifier, partition, region, account };
}

/** @throws {Problem} 409 when the job is retired, paused, or under way and forbidden to overlap. */
export function requireIdle(job: Job, runs: readonly Run[], starts: readonly JobStart[], nowMs: number): void {
  const id = `${job.service}:${job.job}`;
  if (job.retiredAt !== undefined) {
    throw new Problem(409, 'No published document has this job any more.', { code: 'RETIRED' });
  }
  const hold = holdAt(job, nowMs);
  if (hold) {
    const why = hold.reason === undefined ? '' : `: ${hold.reason}`;
    throw new Problem(409, `${id} is paused by ${hold.by ?? 'somebody'}${why}. Resume it first.`, { code: 'PAUSED' });
  }
  const pausedUntil = pausesOf(job)(nowMs);
  if (pausedUntil !== undefined) {
    throw new Problem(
      409,
      `${id} is in a pause that its rules plan until ${String(iso(pausedUntil))}: start it then, or publish rules without that pause.`,
      { code: 'PAUSED' },
    );
  }
  if (job.overlap !== 'forbid') return;
  const running = runs.find((run) => underWayAt(run, nowMs));
  if (running) {
    throw new Problem(
      409,
      `The run ${running.run} of ${id} is under way since ${String(iso(running.startedAt))}, and its rules forbid another beside it: wait for its end.`,
      { code: 'UNDER_WAY', more: { run: running.run } },
    );
  }
  const unseen = starts.findLast((start) => nowMs < start.at + UNSEEN_FOR_MS && !hasBegun(start, runs));
  if (unseen) {
    throw new Problem(
      409,
      `${unseen.by} has started ${id} at ${String(iso(unseen.at))}, and its rules forbid another run beside it: wait until that one is seen, for a minute at most.`,
      { code: 'UNDER_WAY' },
    );
  }
}

function hasBegun(start: JobStart, runs: readonly Run[]): boolean {
  return runs.some(
    ({ run, startedAt, startedBy }) =>
      run === start.run || (startedBy !== undefined && startedAt >= start.at - CLOCKS_APART_MS),
  );
}

export interface Said {
  readonly by: string;
  readonly reason: string | undefined;
  /** In the place of what a schedule sends; undefined when nothing is given. */
  readonly payload: { readonly value: unknown } | undefined;
}

/** What the function is sent, as JSON: the event of its schedule, or the payload; an object says who started it. */
export function payloadOf(job: Job, target: Target, said: Said, eventId: string, nowMs: number): string {
  const { by, reason, payload } = said;
  const { region, account, partition } = target;
  const rule = job.ranOn?.name ?? job.job;
  const value = payload ? payload.value : scheduleEvent(rule, eventId, nowMs, region, account, partition);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return JSON.stringify(
    isObject && !('flyball' in value) ? { ...value, flyball: { startedBy: { by, reason } } } : value,
  );
}

export interface Naming {
  readonly key: string;
  readonly digest: string;
}

/** By what a start is known that is sent again: nobody else's key is the same. */
export function namingOf(key: string, by: string, body: string): Naming {
  const digestOf = (text: string) => createHash('sha256').update(text).digest('base64url');
  return { key: digestOf(`${by}\n${key}`), digest: digestOf(body) };
}

/** The start that was sent under this name before. @throws {Problem} when it was another one, or nobody knows what came of it. */
export function sentBefore(
  starts: readonly JobStart[],
  naming: Naming | undefined,
  nowMs: number,
): JobStart | undefined {
  const before = naming && starts.findLast(({ key, at }) => key === naming.key && nowMs < at + START_KEPT_MS);
  if (!before) return undefined;
  if (before.digest !== naming.digest) {
    throw new Problem(422, 'This idempotency-key was sent with another body; take a new key for another start.', {
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  }
  if (before.state === 'asked') {
    throw new Problem(
      409,
      `Nobody knows what came of this start at ${String(iso(before.at))}: look at the job's runs; to start it all the same, take a new idempotency-key.`,
      { code: 'START_UNKNOWN' },
    );
  }
  return before;
}
