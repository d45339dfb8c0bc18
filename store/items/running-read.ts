// Reads which runs of a job are under way; apart from what says so, since those who wait for a job seldom run one.
import type { CallOptions, Item, Table, Value } from '../port.ts';
import { runningKeys } from '../running-key.ts';
import { fieldsOf } from './fields.ts';

/** A run as it is listed. Times are ms since the epoch. */
export interface RunningRun {
  readonly run: string;
  readonly startedAt: number;
  /** When it is over at the latest. */
  readonly until: number;
}

/** The runs of a job that are listed, over or not: whoever asks compares `until`. As of this moment. */
export async function readRunning(
  table: Table,
  service: string,
  job: string,
  options: CallOptions = {},
): Promise<RunningRun[]> {
  const item = await table.get(runningKeys.running(service, job), { ...options, consistent: true });
  if (!item) return [];
  // Of another version nothing is known.
  fieldsOf(item);
  return Object.entries(item).flatMap(([name, value]) => runIn(name, value) ?? []);
}

/** Undefined for what is no run: another service writes this, and what it gets wrong must not cost the others. */
function runIn(name: string, value: Item[string]): RunningRun | undefined {
  const [, startedAt, run] = /^run#([0-9]{1,15})#([^]+)$/.exec(name) ?? [];
  if (run === undefined || !isMoment(value)) return undefined;
  return { run, startedAt: Number(startedAt), until: value };
}

const isMoment = (value: Value | undefined): value is number => typeof value === 'number' && Number.isFinite(value);
