// The state of a check as healthchecks.io has it: what each ping, pause and passing of time makes of it. Pure.
import type {
  Check,
  CheckChange,
  CheckEvent,
  CheckSettings,
  CheckStatus,
  OpenRun,
  PingRecord,
} from '../../../store/items/check-record.ts';
import type { Changed } from '../../../store/items/checks.ts';
import { expectedAfter } from './expected.ts';

/** Durations of the last runs that a check keeps, so that a list has them without reading its log. */
const RECENT_KEPT = 10;

/** Runs that are waited for at once; of more, the oldest are forgotten. */
const MOST_OPEN_RUNS = 20;

export const DEFAULT_TIMEOUT_MS = 86_400_000;
export const DEFAULT_GRACE_MS = 3_600_000;

export const DEFAULT_SETTINGS: CheckSettings = {
  name: '',
  slug: '',
  tags: '',
  desc: '',
  kind: 'simple',
  timeoutMs: DEFAULT_TIMEOUT_MS,
  graceMs: DEFAULT_GRACE_MS,
  schedule: '* * * * *',
  timezone: 'UTC',
  manualResume: false,
  methods: '',
  startKeywords: '',
  successKeywords: '',
  failureKeywords: '',
  filterSubject: false,
  filterBody: false,
  filterHttpBody: false,
  filterDefaultFail: false,
};

/** A check nobody has pinged yet. */
export function newCheck(
  made: { readonly uuid: string; readonly badgeKey: string; readonly service: string; readonly at: number },
  settings: Partial<CheckSettings>,
): Check {
  const { uuid, badgeKey, service, at } = made;
  return {
    ...DEFAULT_SETTINGS,
    ...settings,
    uuid,
    badgeKey,
    service,
    createdAt: at,
    rev: 1,
    status: 'new',
    since: at,
    pings: 0,
    changes: 0,
    openRuns: [],
    newest: [],
  };
}

/** When the next ping is expected; undefined when none is, or never again. With a run under way: since that began. */
export function graceStartOf(check: Check, withStarted = true): number | undefined {
  const { status, lastPingAt, lastStart } = check;
  const expected = status === 'up' && lastPingAt !== undefined ? expectedAfter(check, lastPingAt) : undefined;
  if (!withStarted || lastStart === undefined || status === 'down') return expected;
  return Math.min(expected ?? Infinity, lastStart.at);
}

/** When it goes down unless something comes; undefined of one that is down, or that nothing is expected of. */
export function downAfterOf(check: Check): number | undefined {
  const graceStart = graceStartOf(check);
  return graceStart === undefined ? undefined : graceStart + check.graceMs;
}

/** As healthchecks.io shows it. `started` stands for a run under way, where somebody wants to know. */
export function statusAt(check: Check, nowMs: number, withStarted = false): CheckStatus | 'grace' | 'started' {
  const { status, lastStart, graceMs } = check;
  if (lastStart !== undefined) {
    if (nowMs >= lastStart.at + graceMs) return 'down';
    if (withStarted) return 'started';
  }
  if (status !== 'up') return status;
  const graceStart = graceStartOf(check, false);
  if (graceStart === undefined || nowMs < graceStart) return 'up';
  return nowMs >= graceStart + graceMs ? 'down' : 'grace';
}

/** What time alone has done by `nowMs`; undefined when it has done nothing. */
export function caughtUp(check: Check, nowMs: number): Changed | undefined {
  const downAt = downAfterOf(check);
  if (downAt === undefined || nowMs < downAt) return undefined;
  return settled(movedTo({ check, events: [] }, 'down', Math.max(downAt, check.since), 'timeout'));
}

/** After a ping. It counts from when it came, but never from before what the check has been told already. */
export function pinged(check: Check, ping: PingRecord): Changed {
  const at = Math.max(ping.at, check.since, check.lastPingAt ?? 0, check.lastStart?.at ?? 0);
  const before = caughtUp(check, at) ?? { check, events: [] };
  const kind = before.check.status === 'paused' && before.check.manualResume ? 'ign' : ping.kind;
  const record: PingRecord = { ...ping, at, kind };
  if (kind === 'start') return settled(noted(begun(before, record), record));
  if (kind === 'success' || kind === 'fail') return ended(before, record, kind);
  return settled(noted(before, record));
}

function begun({ check, events }: Changed, { at, rid }: PingRecord): Changed {
  const run: OpenRun = rid === undefined ? { at } : { at, rid };
  const others = check.openRuns.filter((open) => open.rid !== rid);
  return { check: { ...check, lastStart: run, openRuns: [...others, run].slice(-MOST_OPEN_RUNS) }, events };
}

function ended(before: Changed, ping: PingRecord, kind: 'success' | 'fail'): Changed {
  const { check } = before;
  const { at, rid } = ping;
  const { lastStart } = check;
  const matches = lastStart !== undefined && lastStart.rid === rid;
  // A run that fails ends the waiting whichever it is, and so does an end that names no run.
  const over = matches || kind === 'fail' || rid === undefined;
  const own = check.openRuns.find((open) => open.rid === rid);
  const durationMs = own && at - own.at;
  const recentMs =
    durationMs === undefined ? check.recentMs : [...(check.recentMs ?? []), durationMs].slice(-RECENT_KEPT);
  const told: Check = {
    ...check,
    lastPingAt: at,
    lastDurationMs: matches ? at - lastStart.at : undefined,
    lastStart: over ? undefined : lastStart,
    openRuns: check.openRuns.filter((open) => open !== own),
    ...(recentMs === undefined ? {} : { recentMs }),
  };
  const record = durationMs === undefined ? ping : { ...ping, durationMs };
  const status = kind === 'fail' ? 'down' : 'up';
  const moved = movedTo(
    noted({ check: told, events: before.events }, record),
    status,
    at,
    kind === 'fail' ? 'fail' : undefined,
  );
  return settled(moved);
}

/** Paused: nothing is expected until the next ping, or until somebody resumes it. */
export function paused(current: Check, at: number): Changed | undefined {
  const before = caughtUp(current, at) ?? { check: current, events: [] };
  const { check, events } = before;
  if (check.status === 'paused') return events.length > 0 ? before : undefined;
  return settled(movedTo({ check: { ...check, lastStart: undefined, openRuns: [] }, events }, 'paused', at));
}

/** Resumed: as if nobody had pinged it yet. Undefined when it is not paused. */
export function resumed(check: Check, at: number): Changed | undefined {
  if (statusAfter(check, at) !== 'paused') return undefined;
  const fresh = { ...check, lastStart: undefined, openRuns: [], lastPingAt: undefined };
  return settled(movedTo({ check: fresh, events: [] }, 'new', at));
}

const statusAfter = (check: Check, at: number) => (caughtUp(check, at)?.check ?? check).status;

/** With other settings. What they make of the past is not asked: from now on the new ones count. */
export function configured(current: Check, settings: Partial<CheckSettings>, at: number): Changed {
  const before = caughtUp(current, at) ?? { check: current, events: [] };
  return settled({ check: { ...before.check, ...settings }, events: before.events });
}

function noted({ check, events }: Changed, ping: PingRecord): Changed {
  const n = check.pings + 1;
  return { check: { ...check, pings: n }, events: [...events, { type: 'ping', n, ping }] };
}

function movedTo({ check, events }: Changed, to: CheckStatus, at: number, reason?: CheckChange['reason']): Changed {
  if (check.status === to) return { check, events };
  const n = check.changes + 1;
  const change: CheckChange = { at, from: check.status, to, ...(reason === undefined ? {} : { reason }) };
  const event: CheckEvent = { type: 'change', n, change };
  return { check: { ...check, status: to, since: at, changes: n }, events: [...events, event] };
}

function settled({ check, events }: Changed): Changed {
  return { check: { ...check, dueAt: downAfterOf(check) }, events };
}
