// That somebody has seen what is wrong with a job or a check: of the state it was in then, and of no other.
import { keys } from '../keys.ts';
import type { Key, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** Whose state it is. */
export type Subject =
  { readonly service: string; readonly job: string } | { readonly uuid: string; readonly service: string };

export interface Acknowledgement {
  /** The state that was seen: how it stood, and since when. Times are ms since the epoch. */
  readonly status: string;
  readonly since: number;
  readonly at: number;
  readonly until?: number | undefined;
  readonly reason: string;
  readonly by: string;
}

/** As long as what happened to checks is kept. */
const KEPT_MS = 400 * 86_400_000;

const keyOf = (subject: Subject): Key =>
  'uuid' in subject ? keys.checkAcknowledged(subject.uuid) : keys.jobAcknowledged(subject.service, subject.job);

/** The latest one counts: what it says of an earlier state is in the audit log. */
export async function putAcknowledgement(table: Table, subject: Subject, said: Acknowledgement): Promise<void> {
  const expiration = Math.ceil((said.at + KEPT_MS) / 1000);
  await table.put({ item: { ...keyOf(subject), v: ITEM_VERSION, ...said, expiration } });
}

export async function readAcknowledgement(table: Table, subject: Subject): Promise<Acknowledgement | undefined> {
  const item = await table.get(keyOf(subject), { consistent: true });
  if (!item) return undefined;
  const { text, number, optionalNumber } = fieldsOf(item);
  return {
    status: text('status'),
    since: number('since'),
    at: number('at'),
    until: optionalNumber('until'),
    reason: text('reason'),
    by: text('by'),
  };
}
