// Checks what the runs of a job are held to: terms that can be kept, and that can be broken.
import type { JobRule } from '../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Schedule } from '../../api/schedule.ts';
import { daily } from '../../api/schedule/daily.ts';
import type { Place, Report } from './findings.ts';
import { checkRunbook } from './runbooks.ts';
import { checkPauses } from './pauses.ts';

/** A run is written to be alive once in a quarter of a minute at most: less would be silence between two of them. */
const SHORTEST_SILENCE_MS = 30_000;
/** Starts that are looked back upon. */
const MOST_STARTS = 40;
/** A day of the calendar may be as much shorter than 24 hours. */
const CLOCK_CHANGE_MS = 3_600_000;
/** Slots are looked at from here on: any winter will do. */
const SAMPLE_FROM = Date.UTC(2026, 0, 1);

/** `schedule` is undefined when it cannot be read. */
export function checkTerms(rule: JobRule, schedule: Schedule | undefined, place: Place, report: Report): void {
  checkRuntimes(rule, place, report);
  checkExpected(rule.expect, [...place, 'expect'], report);
  checkOften(rule, schedule, [...place, 'notMoreThan'], report);
  checkFinish(rule, schedule, [...place, 'finishBy'], report);
  checkPauses(rule, schedule, [...place, 'pauses'], report);
  checkAlert(rule, [...place, 'alert'], report);
}

function checkAlert({ alert, blocking = false }: JobRule, place: Place, report: Report): void {
  if (!alert) return;
  const { severity = blocking ? 'realtime' : 'deferred', deferUntil } = alert;
  if (Object.keys(alert).length === 0) report(place, 'says nothing; name severity, runbook or deferUntil');
  checkRunbook(alert.runbook, [...place, 'runbook'], report);
  if (blocking && alert.severity === 'deferred') {
    report(
      [...place, 'severity'],
      'is deferred, and the job is blocking: business would stand still until the morning',
    );
  } else if (deferUntil !== undefined && severity !== 'deferred') {
    report([...place, 'deferUntil'], `is for what is deferred, and this is ${severity}: it is never held`);
  }
}

function checkRuntimes({ minRuntime, maxRuntime, noHeartbeatFor }: JobRule, place: Place, report: Report): void {
  if (minRuntime !== undefined && maxRuntime !== undefined && parseDuration(minRuntime) >= parseDuration(maxRuntime)) {
    report(
      [...place, 'minRuntime'],
      `${minRuntime} is not less than maxRuntime (${maxRuntime}): no run could be right`,
    );
  }
  if (noHeartbeatFor !== undefined && parseDuration(noHeartbeatFor) < SHORTEST_SILENCE_MS) {
    report([...place, 'noHeartbeatFor'], `${noHeartbeatFor} is less than 30s; a run is heard of every 15s at most`);
  }
}

function checkExpected(expect: JobRule['expect'], place: Place, report: Report): void {
  if (!expect) return;
  const counts = Object.entries(expect);
  if (counts.length === 0) report(place, 'expects nothing; name read, written or failed');
  for (const [count, { atLeast, atMost } = {}] of counts) {
    if (atLeast === undefined && atMost === undefined) report([...place, count], 'has neither atLeast nor atMost');
    if (atLeast === 0) report([...place, count, 'atLeast'], 'is 0, which every count is');
    if (typeof atLeast === 'number' && typeof atMost === 'number' && atLeast > atMost) {
      report([...place, count, 'atLeast'], `${atLeast} is more than atMost (${atMost}): no run could be right`);
    }
  }
}

function checkOften({ notMoreThan }: JobRule, schedule: Schedule | undefined, place: Place, report: Report): void {
  if (notMoreThan === undefined) return;
  const { tokens, perMs } = parseRate(notMoreThan);
  if (!Number.isInteger(tokens) || tokens > MOST_STARTS) {
    report(place, `${notMoreThan} is not a number of starts from 1 to ${MOST_STARTS}; name a shorter or a longer time`);
    return;
  }
  const slots = schedule ? slotsFrom(schedule, tokens + 1) : [];
  const [first, last] = [slots[0], slots[tokens]];
  if (first !== undefined && last !== undefined && last - first < perMs - CLOCK_CHANGE_MS) {
    report(place, `${notMoreThan} is less than its own schedule starts it (${schedule?.describe() ?? ''})`);
  }
}

function checkFinish(rule: JobRule, schedule: Schedule | undefined, place: Place, report: Report): void {
  const { finishBy, startDeadline = '5m', minRuntime = '1ms' } = rule;
  if (finishBy === undefined || !schedule) return;
  if (schedule.everyMs !== undefined) {
    report(place, 'a rate(…) has no slots of the day; give the job a schedule such as cron(0 2 * * ? *)');
    return;
  }
  const by = daily(finishBy, schedule.timezone);
  const end = by.next(slotsFrom(schedule, 1)[0] ?? SAMPLE_FROM);
  const slot = end === undefined ? undefined : schedule.previous(end);
  if (end === undefined || slot === undefined) return;
  if (slot + parseDuration(startDeadline) > end) {
    report(place, `${finishBy} comes before a start within startDeadline (${startDeadline}) would be too late`);
  } else if (slot + parseDuration(minRuntime) > end) {
    report(place, `${finishBy} comes before a run of minRuntime (${minRuntime}) can be done`);
  }
}

function slotsFrom(schedule: Schedule, count: number): number[] {
  const slots: number[] = [];
  for (let slot = schedule.next(SAMPLE_FROM); slot !== undefined && slots.length < count; slot = schedule.next(slot)) {
    slots.push(slot);
  }
  return slots;
}
