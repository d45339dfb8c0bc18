// The latest starts of a job by hand: what was asked for, so that nobody asks twice, and which run came of it.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** Times are ms since the epoch. */
export type JobStart = {
  readonly at: number;
  readonly by: string;
  readonly reason?: string | undefined;
  /** The function, with its alias or version. */
  readonly function: string;
  /** What the caller named this start by, to send it again; and a digest of what was sent. */
  readonly key?: string | undefined;
  readonly digest?: string | undefined;
  /** `asked` until Lambda has answered: of such a one nobody knows whether it began. */
  readonly state: 'asked' | 'taken';
  /** The run that Lambda has said it will be. */
  readonly run?: string | undefined;
};

export interface JobStarts {
  /** Counts the writes of the item; 0 when there is none. */
  readonly rev: number;
  /** Oldest first. */
  readonly starts: readonly JobStart[];
}

/** Within this time, in ms, a start that is sent again under its key is the same one. */
export const START_KEPT_MS = 86_400_000;
const MOST_KEPT = 50;

interface JobName {
  readonly service: string;
  readonly job: string;
}

export async function readStarts(table: Table, { service, job }: JobName): Promise<JobStarts> {
  const item = await table.get(keys.jobStarts(service, job), { consistent: true });
  return startsOf(item);
}

/**
 * Replaces what was seen; the oldest are dropped. @returns what stands then, or undefined when somebody else has written
 * meanwhile.
 */
export async function putStarts(
  table: Table,
  { service, job }: JobName,
  seen: JobStarts,
  starts: readonly JobStart[],
  nowMs: number,
): Promise<JobStarts | undefined> {
  const next = { rev: seen.rev + 1, starts: starts.filter(({ at }) => at > nowMs - START_KEPT_MS).slice(-MOST_KEPT) };
  const expiration = Math.ceil((nowMs + 2 * START_KEPT_MS) / 1000);
  const written = await table.put({
    item: { ...keys.jobStarts(service, job), v: ITEM_VERSION, ...next, expiration },
    ...(seen.rev === 0
      ? { condition: 'attribute_not_exists(pk)' }
      : { condition: 'rev = :seen', values: { ':seen': seen.rev } }),
  });
  return written.applied ? next : undefined;
}

function startsOf(item: Item | undefined): JobStarts {
  if (!item) return { rev: 0, starts: [] };
  return { rev: fieldsOf(item).number('rev'), starts: (item['starts'] ?? []) as JobStart[] };
}
