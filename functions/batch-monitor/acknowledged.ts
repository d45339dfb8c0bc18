// A job or a check as it stands this moment, with who has seen what is wrong with it.
import { hashOfCondition } from '../../store/alert-keys.ts';
import { readAcknowledgement, type Subject } from '../../store/items/acknowledgements.ts';
import { jobSubject, type MarkSubject } from '../../store/items/alert-marks.ts';
import { readAlert } from '../../store/items/alerts.ts';
import { checkSubject } from '../../store/items/check-marks.ts';
import type { Check } from '../../store/items/check-record.ts';
import type { Table } from '../../store/port.ts';
import { checkView, standingOf } from './checked.ts';
import type { Found } from './found.ts';
import { ownersIn, type OwnerOf } from './owners.ts';
import { standing, type Standing as JobStanding } from './standing.ts';
import { iso, jobView, standingNow, type ShownStatus } from './views.ts';

interface Standing {
  readonly status: ShownStatus;
  readonly since: number;
}

/** In these somebody may have to do something. */
const ILL: ReadonlySet<ShownStatus> = new Set(['late', 'missed', 'failed', 'overrunning']);

/** Who has seen it, while it stands as it did then and their time is not over: at the job or check itself, or its alert. */
async function acknowledgementOf(
  table: Table,
  subject: Subject,
  mark: MarkSubject,
  { status, since }: Standing,
  nowMs: number,
) {
  if (!ILL.has(status)) return undefined;
  const [seen, alert] = await Promise.all([
    readAcknowledgement(table, subject),
    readAlert(table, hashOfCondition(mark)),
  ]);
  const own = seen?.status === status && seen.since === since ? seen : undefined;
  const ofAlert = alert?.status === 'firing' && alert.condition.since === since ? alert.acknowledged : undefined;
  const last = (ofAlert?.at ?? -Infinity) > (own?.at ?? -Infinity) ? ofAlert : own;
  if (last === undefined || nowMs >= (last.until ?? Infinity)) return undefined;
  const { at, until, reason, by } = last;
  return { at: iso(at), until: iso(until), reason, by };
}

/** `job` as it stands now. */
export async function jobShown(table: Table, job: JobStanding, nowMs: number): Promise<Record<string, unknown>> {
  const acknowledged = await acknowledgementOf(table, job, jobSubject(job), standingNow(job, nowMs), nowMs);
  return { ...jobView(job, nowMs), acknowledged };
}

/** `ownerOf` is that of all that one answer shows. */
export async function checkShown(
  table: Table,
  check: Check,
  nowMs: number,
  ownerOf: OwnerOf = ownersIn(table),
): Promise<Record<string, unknown>> {
  const [owner, acknowledged] = await Promise.all([
    ownerOf(check.service),
    acknowledgementOf(table, check, checkSubject(check), standingOf(check, nowMs), nowMs),
  ]);
  return { ...checkView(check, nowMs), owner, acknowledged };
}

export async function shownNow(table: Table, found: Found, nowMs: number): Promise<Record<string, unknown>> {
  return found.kind === 'declared'
    ? jobShown(table, await standing(table, found.job, nowMs), nowMs)
    : checkShown(table, found.check, nowMs);
}
