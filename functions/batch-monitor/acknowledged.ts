// A job or a check as it stands this moment, with who has seen what is wrong with it.
import { readAcknowledgement, type Subject } from '../../store/items/acknowledgements.ts';
import type { Check } from '../../store/items/check-record.ts';
import type { Table } from '../../store/port.ts';
import { checkView, standingOf } from './checked.ts';
import type { Found } from './found.ts';
import { standing, type Standing as JobStanding } from './standing.ts';
import { iso, jobView, standingNow, type ShownStatus } from './views.ts';

interface Standing {
  readonly status: ShownStatus;
  readonly since: number;
}

/** In these somebody may have to do something. */
const ILL: ReadonlySet<ShownStatus> = new Set(['late', 'missed', 'failed', 'overrunning']);

/** Who has seen it, while it stands as it did then and their time is not over. */
async function acknowledgementOf(table: Table, subject: Subject, { status, since }: Standing, nowMs: number) {
  if (!ILL.has(status)) return undefined;
  const seen = await readAcknowledgement(table, subject);
  if (seen?.status !== status || seen.since !== since || nowMs >= (seen.until ?? Infinity)) return undefined;
  const { at, until, reason, by } = seen;
  return { at: iso(at), until: iso(until), reason, by };
}

/** `job` as it stands now. */
export async function jobShown(table: Table, job: JobStanding, nowMs: number): Promise<Record<string, unknown>> {
  const acknowledged = await acknowledgementOf(table, job, standingNow(job, nowMs), nowMs);
  return { ...jobView(job, nowMs), acknowledged };
}

export async function checkShown(table: Table, check: Check, nowMs: number): Promise<Record<string, unknown>> {
  const acknowledged = await acknowledgementOf(table, check, standingOf(check, nowMs), nowMs);
  return { ...checkView(check, nowMs), acknowledged };
}

export async function shownNow(table: Table, found: Found, nowMs: number): Promise<Record<string, unknown>> {
  return found.kind === 'declared'
    ? jobShown(table, await standing(table, found.job, nowMs), nowMs)
    : checkShown(table, found.check, nowMs);
}
