// How breakers and their changes are shown: times as text, and what an operator asks at night: why, who, until when.
import { countsOf } from '../../middleware/breaker/detect.ts';
import type { BreakerRule } from '../../middleware/kernel/rules/document.ts';
import { rampAt } from '../../middleware/breaker/ramp.ts';
import { breakerSettings } from '../../middleware/breaker/settings.ts';
import type { Because } from '../../store/items/breaker-because.ts';
import type { BreakerTransitionItem } from '../../store/items/breaker-log.ts';
import type { BreakerRecord, ForcedState } from '../../store/items/breaker-record.ts';
import type { BreakerStatus, WindowCounts } from '../../store/items/breaker.ts';
import type { PublishedBreaker } from './breaker-rules.ts';

/** What is in front says more than what follows. */
const BY_GRAVITY = ['FORCED_OPEN', 'OPEN', 'HALF_OPEN', 'FORCED_CLOSED', 'CLOSED'];

/** Counts the window of a rule in a breaker's item. */
export function windowOf(rule: BreakerRule, nowMs: number): (record: BreakerRecord) => WindowCounts {
  const { window } = breakerSettings(rule, {});
  return (record) => countsOf(record, window, nowMs);
}

export function shownBreaker(breaker: PublishedBreaker, status: BreakerStatus, nowMs: number) {
  const { key, state, epoch, window, forced, because, lapsed, beneath } = status;
  // What was forced has ended by itself, and nobody has moved anything.
  const sinceMs = lapsed?.until ?? epoch;
  const course = courseOf(breaker, status, nowMs);
  return {
    ...shownRule(breaker),
    ...(key === undefined ? {} : { key }),
    state,
    epoch,
    since: epoch === 0 ? null : iso(sinceMs),
    window,
    ...(beneath ? { beneath: { state: beneath, ...course } } : course),
    ...(forced ? { forced: { ...forced, until: forced.until === undefined ? null : iso(forced.until) } } : {}),
    because: because ? (lapsed ? endOf(lapsed) : shownBecause(because)) : null,
  };
}

/** When it tries again, which probes are out, what the ramp lets in. */
function courseOf(breaker: PublishedBreaker, status: BreakerStatus, nowMs: number) {
  const { openUntil, openForMs, probes, successes, failed, slowed, rampFrom } = status;
  return {
    ...(openUntil === undefined ? {} : { openUntil: iso(openUntil) }),
    ...(openForMs === undefined ? {} : { openForMs }),
    ...(probes
      ? { successes, failed, slowed, probes: probes.map(({ by, until }) => ({ by, until: iso(until) })) }
      : {}),
    ...(rampFrom === undefined ? {} : { ramp: shownRamp(breaker, status, rampFrom, nowMs) }),
  };
}

const endOf = ({ state, by, reason }: ForcedState) => ({ cause: 'forcedUntil', by, reason, from: state });

/** A rule with a key has no state of its own: that of the gravest of the keys that have changed of late. */
export function shownKeyed(breaker: PublishedBreaker, statuses: readonly BreakerStatus[], nowMs: number) {
  const keys = statuses.map((status) => shownBreaker(breaker, status, nowMs));
  const state = BY_GRAVITY.find((each) => statuses.some((status) => status.state === each)) ?? 'CLOSED';
  return {
    ...shownRule(breaker),
    state,
    keys: keys.map(({ name: _name, kind: _kind, mode: _mode, keyedBy: _keyedBy, ...status }) => status),
  };
}

function shownRule({ name, kind, rule }: PublishedBreaker) {
  return { name, kind, mode: rule.mode ?? 'enforce', ...(rule.key ? { keyedBy: rule.key } : {}) };
}

function shownRamp({ rule }: PublishedBreaker, status: BreakerStatus, from: number, nowMs: number) {
  const ramping = { kind: 'CLOSED', ramp: { from, openForMs: status.openForMs ?? 0 } } as const;
  const stage = rampAt(ramping, breakerSettings(rule, {}), nowMs);
  const past = { from: iso(from), share: 1 };
  return stage ? { ...past, stage: stage.stage + 1, share: stage.share, stageEndsAt: iso(stage.endsAt) } : past;
}

const shownBecause = ({ was, ...because }: Because) => ({ ...because, from: was });

export function shownTransition({ service: _service, epoch, until, ...rest }: BreakerTransitionItem) {
  return { at: iso(epoch), epoch, ...rest, ...(until === undefined ? {} : { until: iso(until) }) };
}

const iso = (ms: number) => new Date(ms).toISOString();
