// What a check's state says to those who look after it. Pure.
import { standingOf } from '../../batch-monitor/checked.ts';
import { graceStartOf } from '../../batch-monitor/checks/fold.ts';
import { tagsOf } from '../../batch-monitor/checks/views.ts';
import { checkSubject, uniqueKeyOf } from '../../../store/items/check-marks.ts';
import type { NumberedPing } from '../../../store/items/check-log.ts';
import type { Check } from '../../../store/items/check-record.ts';
import { SEVERITIES, type Condition, type Severity } from '../condition.ts';
import { lasting, moment } from '../channels/moments.ts';
import { firstLines, oneLine } from './exception.ts';

export interface CheckFacts {
  /** The latest, newest first. */
  readonly pings: readonly NumberedPing[];
  /** What the last ping of a failure has sent. */
  readonly said: string;
  /** Whose its service is. */
  readonly owner: string | undefined;
}

const WRONG: ReadonlySet<string> = new Set(['failed', 'missed', 'overrunning']);

export const isWrong = (check: Check, nowMs: number): boolean => WRONG.has(standingOf(check, nowMs).status);

export function checkCondition(check: Check, { pings, said, owner }: CheckFacts, nowMs: number): Condition {
  const { status, since } = standingOf(check, nowMs);
  const { service } = check;
  const name = nameOf(check);
  const firing = WRONG.has(status);
  const tags = tagsOf(check);
  const named: Condition = {
    ...{ key: checkSubject(check), kind: 'check', service, name, owner, firing, since },
    ...{ severity: severityOf(tags), tags, channels: channelsOf(check) },
    summary: firing ? summaryOf(check, name, status, pings) : `${name} is ${status}`,
  };
  if (!firing) return named;
  const exception = status === 'failed' ? firstLines(said) : [];
  const failures = failuresInARow(pings);
  return {
    ...named,
    ...(exception.length === 0 ? {} : { exception }),
    ...(failures === 0 ? {} : { failures }),
  };
}

/** Of one that was deleted. */
export const unknownCheck = (service: string, uniqueKey: string, nowMs: number): Condition => ({
  ...{ key: `check/${service}/${uniqueKey}`, kind: 'check', service, name: uniqueKey },
  ...{ severity: 'deferred', firing: false, since: nowMs, summary: 'the check was deleted' },
});

const nameOf = ({ name, slug, uuid }: Check) => oneLine(name) || slug || uniqueKeyOf(uuid);

/** A check has no rules: a tag such as `severity:high` says how urgent it is. */
function severityOf(tags: readonly string[]): Severity {
  return SEVERITIES.find((severity) => tags.includes(`severity:${severity}`)) ?? 'deferred';
}

/** Undefined when nobody has ever said: then whoever owns its service is told. */
function channelsOf({ channels }: Check): string[] | undefined {
  return channels?.split(',').filter((name) => name !== '');
}

function summaryOf(check: Check, name: string, status: string, pings: readonly NumberedPing[]): string {
  const { lastStart, graceMs, timezone } = check;
  if (status === 'overrunning') {
    const begun = lastStart === undefined ? '' : ` since ${moment(lastStart.at, timezone)}`;
    return `${name} has been running for more than ${lasting(graceMs)}${begun}`;
  }
  if (status === 'failed') {
    const exit = pings.find(({ ping }) => ping.kind === 'fail')?.ping.exitStatus;
    const times = failuresInARow(pings);
    return `${name} failed${exit === undefined ? '' : ` with exit status ${exit}`}${times > 1 ? `, ${times} times in a row` : ''}`;
  }
  const expected = graceStartOf({ ...check, status: 'up' }, false);
  return expected === undefined
    ? `${name} was not heard of in time`
    : `${name} was not heard of: it was expected by ${moment(expected, timezone)}, and ${lasting(graceMs)} more have passed`;
}

function failuresInARow(pings: readonly NumberedPing[]): number {
  let count = 0;
  for (const { ping } of pings) {
    if (ping.kind === 'success') break;
    if (ping.kind === 'fail') count++;
  }
  return count;
}
