// The runs of jobs: one item each, begun and ended by the instance that runs, watched by the batch monitor.
import { due, instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Page, Table, Written } from '../port.ts';
import { ITEM_VERSION, UnreadableItem } from './fields.ts';
import { fieldsUnlessNewer } from './newer.ts';

/**
 * `running` until somebody says otherwise. The instance ends it as `succeeded`, `failed` or `skipped` (refused by
 * flyball before it began). The monitor marks it `overran` (past its `maxRuntime`; it may still end) or `lost` (the
 * platform's limit passed without a word), and it notes a slot without a run as `missed`.
 */
export type RunStatus = 'running' | 'succeeded' | 'failed' | 'skipped' | 'overran' | 'lost' | 'missed';

export type RunCause = { readonly name: string; readonly message: string };

/**
 * What made a run fail. `causes` are the errors it was made of and their causes, nearest first; `fingerprint` is the same
 * for failures at the same place of the code.
 */
export type RunError = {
  readonly name: string;
  readonly message: string;
  /** Of a business failure. */
  readonly businessCode?: string | undefined;
  readonly causes?: RunCause[] | undefined;
  readonly fingerprint?: string | undefined;
  readonly frames?: string[] | undefined;
};

/** What was odd about a run, which is no failure by itself. */
export type RunMark = {
  readonly mark: 'too often' | 'overlapping' | 'slow' | 'fast';
  /** In words and numbers. */
  readonly reason: string;
};

export type RunCounts = {
  readonly read?: number | undefined;
  readonly written?: number | undefined;
  readonly failed?: number | undefined;
};

/** How far a run has come, in whatever it counts. */
export type Progress = { readonly done: number; readonly of?: number | undefined };

/** Who started a run by hand, and why. */
export type RunStarter = { readonly by: string; readonly reason?: string | undefined };

/** What is known when a run begins. Times are ms since the epoch. */
export interface RunStart {
  readonly service: string;
  readonly job: string;
  readonly run: string;
  readonly startedAt: number;
  /** When the schedule meant it to start; the retry of an event carries the same one. */
  readonly scheduledAt?: number | undefined;
  readonly instance: string;
  readonly requestId: string;
  /** `startedAt` + the job's `maxRuntime`. */
  readonly maxRuntimeAt?: number | undefined;
  /** The job's `noHeartbeatFor`, in ms: for how long it may say nothing. */
  readonly silenceMs?: number | undefined;
  /** When the platform ends it at the latest. */
  readonly limitAt: number;
  /** The function that runs it: its ARN, with the alias or version it was invoked by, or its name. */
  readonly function?: string | undefined;
  /** The rule or schedule of EventBridge that its event came from, by name. */
  readonly schedule?: string | undefined;
  /** Undefined of a run that nobody started by hand. */
  readonly startedBy?: RunStarter | undefined;
}

export interface RunEnd {
  readonly status: 'succeeded' | 'failed' | 'skipped';
  readonly endedAt: number;
  readonly durationMs: number;
  readonly counts?: RunCounts | undefined;
  readonly progress?: Progress | undefined;
  readonly error?: RunError | undefined;
}

/** A run as it stands. */
export interface Run extends RunStart {
  readonly status: RunStatus;
  readonly endedAt?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly counts?: RunCounts | undefined;
  readonly error?: RunError | undefined;
  /** When it last said that it is alive; undefined when it has said nothing since it began. */
  readonly heardAt?: number | undefined;
  readonly progress?: Progress | undefined;
  /** When the monitor has to look at it; undefined once it has seen the end. */
  readonly dueAt?: number | undefined;
  /** Since when it was given up for its silence; it may still end. */
  readonly lostAt?: number | undefined;
  /** Why its success counts as a failure, in words. */
  readonly reason?: string | undefined;
  readonly marks?: RunMark[] | undefined;
}

/** What the monitor says of a run, and when it looks again (never, if `dueAt` is undefined). */
export type RunWord = Pick<Run, 'status' | 'endedAt' | 'lostAt' | 'reason' | 'marks' | 'dueAt'>;

/** How long an end may take to reach the store before the run is given up as lost, in ms. */
export const END_GRACE_MS = 30_000;
/** How long runs are kept, in ms. */
export const RUN_KEPT_MS = 90 * 86_400_000;

/** Writes that a run has begun. `applied` is false when its end is there already. */
export function beginRun(table: Table, start: RunStart, options: CallOptions = {}): Promise<Written> {
  const { maxRuntimeAt = Infinity, limitAt, silenceMs = Infinity } = start;
  const endGivenUpAt = Math.min(start.startedAt + silenceMs, limitAt) + END_GRACE_MS;
  return table.put({
    item: {
      ...keyOf(start),
      ...startItem(start),
      status: 'running',
      due: due.runs,
      dueAt: Math.min(maxRuntimeAt, endGivenUpAt),
    },
    condition: 'attribute_not_exists(pk)',
    ...options,
  });
}

/**
 * Writes how a run ended, once: `applied` is false when an end is there already. It says everything, so that a run
 * whose beginning never reached the store is complete, and makes the run due, so that the monitor tells its job.
 */
export function endRun(table: Table, start: RunStart, end: RunEnd, options: CallOptions = {}): Promise<Written> {
  const fields = { ...startItem(start), ...end, due: due.runs, dueAt: end.endedAt };
  return table.update({
    key: keyOf(start),
    ...settingAll(fields),
    condition: 'attribute_not_exists(endedAt)',
    ...options,
  });
}

/**
 * The monitor's word on a run it saw due. Applies only while the run is as it was seen: an end that arrives meanwhile
 * makes it due again, and what is heard of it meanwhile keeps it from being given up.
 */
export function settleRun(table: Table, seen: Run, word: RunWord): Promise<Written> {
  const { status, endedAt, lostAt, reason, marks, dueAt } = word;
  const { update, names, values } = settingAll({ status, endedAt, lostAt, reason, marks, dueAt });
  // What is no longer due leaves the index; what no longer holds is no longer said.
  const gone = [
    ...(dueAt === undefined ? ['due', 'dueAt'] : []),
    ...(marks === undefined && seen.marks ? ['marks'] : []),
  ];
  const heard = asHeard(seen);
  return table.update({
    key: keyOf(seen),
    update: gone.length > 0 ? `${update} REMOVE ${gone.join(', ')}` : update,
    condition: `#status = :seenStatus AND dueAt = :seenDueAt AND ${heard.condition}`,
    names: { ...names, '#status': 'status' },
    values: {
      ...values,
      ':seenStatus': seen.status,
      ':seenDueAt': seen.dueAt ?? 0,
      ...heard.values,
    },
  });
}

/**
 * Notes that a run is given up for its silence, while nothing else is heard of it: its job is told of what cannot be taken
 * back by a sign of life, nor by an end.
 */
export function noteLost(table: Table, seen: Run, lostAt: number): Promise<Written> {
  const { condition, values } = asHeard(seen);
  return table.update({
    key: keyOf(seen),
    update: 'SET lostAt = :lostAt',
    condition: `attribute_exists(pk) AND attribute_not_exists(endedAt) AND ${condition}`,
    values: { ':lostAt': lostAt, ...values },
  });
}

/** That nothing was heard of a run since it was seen. */
function asHeard({ heardAt }: Run) {
  return heardAt === undefined
    ? { condition: 'attribute_not_exists(heardAt)', values: {} }
    : { condition: 'heardAt = :seenHeardAt', values: { ':seenHeardAt': heardAt } };
}

/** Notes a slot nobody started, among the runs; once per slot, however often it is asked. */
export function noteMissed(
  table: Table,
  job: { readonly service: string; readonly job: string },
  slot: number,
): Promise<Written> {
  const start: RunStart = {
    ...job,
    run: 'missed',
    startedAt: slot,
    scheduledAt: slot,
    instance: '',
    requestId: '',
    limitAt: slot,
  };
  return table.put({
    item: { ...keyOf(start), ...startItem(start), status: 'missed', endedAt: slot },
    condition: 'attribute_not_exists(pk)',
  });
}

/** A job's runs, newest first; `before` is the time and id, `<ISO 8601>#<run>`, of the first that may be among them. */
export async function listRuns(
  table: Table,
  job: { readonly service: string; readonly job: string },
  page: {
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly before?: string | undefined;
    readonly consistent?: boolean;
  },
): Promise<{ readonly runs: Run[]; readonly cursor?: string }> {
  const { limit, cursor, before, consistent = false } = page;
  const found = await table.query({
    pk: instanceKeys.jobRun(job.service, job.job, '', '').pk,
    sk: before === undefined ? { beginsWith: 'run#' } : { between: ['run#', `run#${before}`] },
    descending: true,
    limit,
    consistent,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return pageOf(found);
}

/**
 * Runs the monitor has to look at by `nowMs`, longest due first. Any service may put items of its own into the index:
 * `strangers` counts those that are no run, or that speak of another service or run than their key does.
 */
export async function listDueRuns(
  table: Table,
  nowMs: number,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly runs: Run[]; readonly strangers: number; readonly cursor?: string }> {
  const { limit, cursor } = page;
  const found = await table.query({
    pk: due.runs,
    index: { name: 'due', dueUpTo: nowMs },
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  const runs = found.items.flatMap((item) => ownRunOf(item) ?? []);
  const strangers = found.items.length - runs.length;
  return { runs, strangers, ...(found.cursor === undefined ? {} : { cursor: found.cursor }) };
}

/** The run that an item's key names, or undefined when the item does not say the same. */
function ownRunOf(item: Item): Run | undefined {
  try {
    const run = runOf(item);
    const { pk, sk } = keyOf(run);
    return item['pk'] === pk && item['sk'] === sk ? run : undefined;
  } catch (error) {
    // A time beyond all dates is no time either.
    if (error instanceof UnreadableItem || error instanceof RangeError) return undefined;
    throw error;
  }
}

function pageOf({ items, cursor }: Page): { runs: Run[]; cursor?: string } {
  const runs = items.map(runOf);
  return cursor === undefined ? { runs } : { runs, cursor };
}

function runOf(item: Item): Run {
  const { text, number, optionalText, optionalNumber } = fieldsUnlessNewer(item);
  return {
    service: text('service'),
    job: text('job'),
    run: text('run'),
    startedAt: number('startedAt'),
    scheduledAt: optionalNumber('scheduledAt'),
    instance: text('instance'),
    requestId: text('requestId'),
    maxRuntimeAt: optionalNumber('maxRuntimeAt'),
    silenceMs: optionalNumber('silenceMs'),
    limitAt: number('limitAt'),
    function: optionalText('function'),
    schedule: optionalText('schedule'),
    startedBy: item['startedBy'] as RunStarter | undefined,
    status: text('status') as RunStatus,
    endedAt: optionalNumber('endedAt'),
    durationMs: optionalNumber('durationMs'),
    counts: item['counts'] as RunCounts | undefined,
    error: item['error'] as RunError | undefined,
    heardAt: optionalNumber('heardAt'),
    progress: item['progress'] as Progress | undefined,
    dueAt: optionalNumber('dueAt'),
    lostAt: optionalNumber('lostAt'),
    reason: optionalText('reason'),
    marks: item['marks'] as RunMark[] | undefined,
  };
}

function keyOf({ service, job, startedAt, run }: RunStart) {
  return instanceKeys.jobRun(service, job, new Date(startedAt).toISOString(), run);
}

function startItem(start: RunStart) {
  const { service, job, run, startedAt, scheduledAt, instance, requestId, maxRuntimeAt, silenceMs, limitAt } = start;
  const { function: of, schedule, startedBy } = start;
  return {
    v: ITEM_VERSION,
    service,
    job,
    run,
    startedAt,
    scheduledAt,
    instance,
    requestId,
    maxRuntimeAt,
    silenceMs,
    limitAt,
    function: of,
    schedule,
    startedBy,
    expiration: Math.ceil((startedAt + RUN_KEPT_MS) / 1000),
  };
}

/** `SET` of every field that has a value, with placeholders so that no name can be a reserved word. */
function settingAll(fields: Item) {
  const names: Record<string, string> = {};
  const values: Record<string, NonNullable<Item[string]> | null> = {};
  const terms: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    names[`#${name}`] = name;
    values[`:${name}`] = value;
    terms.push(`#${name} = :${name}`);
  }
  return { update: `SET ${terms.join(', ')}`, names, values };
}
