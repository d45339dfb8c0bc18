// Checks in the words of jobs: how each stands, and its last run. Pure.
import type { Check, CheckChange } from '../../store/items/check-record.ts';
import { uniqueKeyOf } from '../../store/items/checks.ts';
import { caughtUp, graceStartOf } from './checks/fold.ts';
import { tagsOf } from './checks/views.ts';
import { iso, type ShownStatus } from './views.ts';

/** A check down since before its last ping was down already when that one failed, too. */
const hasFailed = ({ lastPingAt, since }: Check) => lastPingAt !== undefined && lastPingAt >= since;

export function standingOf(seen: Check, nowMs: number): { readonly status: ShownStatus; readonly since: number } {
  const check = caughtUp(seen, nowMs)?.check ?? seen;
  const { status, since, lastStart, graceMs } = check;
  if (status === 'down') {
    const overrunning = lastStart !== undefined && nowMs >= lastStart.at + graceMs;
    return { status: overrunning ? 'overrunning' : hasFailed(check) ? 'failed' : 'missed', since };
  }
  const expected = status === 'up' ? graceStartOf(check, false) : undefined;
  return expected !== undefined && nowMs >= expected ? { status: 'late', since: expected } : { status, since };
}

/** How a check is called: by its name, its slug, or what tells it from others. */
const nameOf = ({ name, slug, uuid }: Check) => name || slug || uniqueKeyOf(uuid);

export const hasTag = (check: Check, tag: string) => tagsOf(check).includes(tag);

export function saysName(check: Check, text: string): boolean {
  return `${nameOf(check)}\n${check.slug}`.toLowerCase().includes(text);
}

export function checkView(check: Check, nowMs: number): Record<string, unknown> {
  const { service, slug, kind, schedule, timezone, timeoutMs, graceMs, channels } = check;
  const { status, since } = standingOf(check, nowMs);
  return {
    // Its UUID would let whoever may look ping, too.
    id: uniqueKeyOf(check.uuid),
    kind: 'check',
    service,
    job: nameOf(check),
    slug: slug || undefined,
    tags: tagsOf(check),
    channels: channels?.split(',').filter((name) => name !== ''),
    ...(kind === 'simple' ? { period: durationText(timeoutMs) } : { schedule, timezone }),
    startDeadline: durationText(graceMs),
    status,
    since: iso(since),
    lastRun: lastRunOf(check, nowMs),
    recentMs: check.recentMs,
    nextExpectedAt: iso(graceStartOf(check, false)),
  };
}

/** A change in the words of jobs. */
export const changeView = ({ at, from, to, reason }: CheckChange) => ({
  at: iso(at),
  // What it went down for stands with the change that brought it down.
  from: from === 'down' ? 'failed' : from,
  to: to !== 'down' ? to : reason === 'fail' ? 'failed' : 'missed',
});

/** The run under way, or the last one that ended. Of one that is paused nobody knows how it ended. */
function lastRunOf(check: Check, nowMs: number) {
  const { status, lastPingAt, lastStart, lastDurationMs = 0, graceMs } = check;
  if (lastStart !== undefined) {
    const { at, rid } = lastStart;
    return { run: rid, status: nowMs >= at + graceMs ? 'overran' : 'running', startedAt: iso(at) };
  }
  if (lastPingAt === undefined || status === 'paused') return undefined;
  const ended = status === 'down' && hasFailed(check) ? 'failed' : 'succeeded';
  return { status: ended, startedAt: iso(lastPingAt - lastDurationMs), endedAt: iso(lastPingAt) };
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** As rules write it: `1d`, `90s`. */
function durationText(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms % each === 0) ?? ['s', 1_000];
  return `${ms / size}${unit}`;
}
