// How breakers and their changes are shown: times as text, and what an operator asks at night: why, who, until when.
import { rampAt } from '../../middleware/breaker/ramp.ts';
import { breakerSettings } from '../../middleware/breaker/settings.ts';
import type { Because } from '../../store/items/breaker-because.ts';
import type { BreakerTransitionItem } from '../../store/items/breaker-log.ts';
import type { BreakerStatus } from '../../store/items/breaker.ts';
import type { PublishedBreaker } from './breaker-rules.ts';

/** What is in front says more than what follows. */
const BY_GRAVITY = ['FORCED_OPEN', 'OPEN', 'HALF_OPEN', 'FORCED_CLOSED', 'CLOSED'];

export function shownBreaker(breaker: PublishedBreaker, status: BreakerStatus, nowMs: number) {
  const { openUntil, probes, rampFrom, forced, because, epoch, ...rest } = status;
  return {
    ...shownRule(breaker),
    ...rest,
    epoch,
    since: epoch === 0 ? null : iso(epoch),
    ...(openUntil === undefined ? {} : { openUntil: iso(openUntil) }),
    ...(probes ? { probes: probes.map(({ by, until }) => ({ by, until: iso(until) })) } : {}),
    ...(rampFrom === undefined ? {} : { ramp: shownRamp(breaker, status, rampFrom, nowMs) }),
    ...(forced ? { forced: { ...forced, until: forced.until === undefined ? null : iso(forced.until) } } : {}),
    because: because ? shownBecause(because) : null,
  };
}

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
