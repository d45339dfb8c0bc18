// Says which runs of a job are under way: one small item a job, which instances of any service read that wait for it.
import type { CallOptions, Table } from '../port.ts';
import { runningKeys } from '../running-key.ts';
import { ITEM_VERSION } from './fields.ts';
import type { RunStart } from './job-runs.ts';

/** The attribute that stands for a run. Second tries of an event have the same id: their start tells them apart. */
const attributeOf = ({ run, startedAt }: Pick<RunStart, 'run' | 'startedAt'>) => `run#${startedAt}#${run}`;

/** Writes that a run is under way, until it is said to be over or `limitAt` has passed. Written twice, it is listed once. */
export async function noteRunning(table: Table, start: RunStart, options: CallOptions = {}): Promise<void> {
  await table.update({
    key: runningKeys.running(start.service, start.job),
    update: 'SET #run = :until, #v = :v',
    names: { '#run': attributeOf(start), '#v': 'v' },
    values: { ':until': start.limitAt, ':v': ITEM_VERSION },
    ...options,
  });
}

/** Writes that runs of a job are over; of those that are not listed, nothing. */
export async function noteOver(
  table: Table,
  { service, job }: Pick<RunStart, 'service' | 'job'>,
  runs: readonly Pick<RunStart, 'run' | 'startedAt'>[],
  options: CallOptions = {},
): Promise<void> {
  if (runs.length === 0) return;
  const names = Object.fromEntries(runs.map((run, i) => [`#r${i}`, attributeOf(run)]));
  await table.update({
    key: runningKeys.running(service, job),
    // Where there is no item yet, this makes one that can be read.
    update: `SET #v = :v REMOVE ${Object.keys(names).join(', ')}`,
    names: { ...names, '#v': 'v' },
    values: { ':v': ITEM_VERSION },
    ...options,
  });
}
