// What the histories of a scenario come to: rows, and whether they reach what was aimed at.
import { parseShare } from '../../middleware/kernel/units.ts';
import { median } from '../statistics.ts';
import { atMost, type Row } from '../result.ts';
import type { Scenario } from './scenario.ts';
import type { Outcome } from './simulate.ts';

export interface Goals {
  readonly openMsMedian?: number;
  readonly openMsMax?: number;
  readonly leak?: number;
  readonly falseTrips?: number;
  readonly flaps?: number;
  readonly recoveryOverMs?: number;
  readonly writesPerRequest?: number;
}

/** `goals` of a peer are none. */
export function rowsOf(scenario: Scenario, subject: string, outcomes: readonly Outcome[], goals: Goals): Row[] {
  const row = (metric: string, value: number, unit: string, goal?: number): Row => {
    const plain = { scenario: scenario.name, subject, metric, value: fourDecimals(value), unit };
    return goal === undefined ? plain : atMost(goal, plain);
  };
  const total = (of: (outcome: Outcome) => number): number => outcomes.reduce((sum, one) => sum + of(one), 0);
  return [
    ...(shallOpen(scenario) ? openRows(scenario, outcomes, goals, row) : []),
    row(
      'false_trips',
      total(({ falseTrips }) => falseTrips),
      'openings',
      goals.falseTrips,
    ),
    row(
      'flaps',
      total(({ flaps }) => flaps),
      'openings',
      goals.flaps,
    ),
    ...(scenario.recoveryS === undefined ? [] : recoveryRows(scenario, outcomes, goals, row)),
    row(
      'store_writes_per_request',
      total(({ healthyWrites }) => healthyWrites) /
        Math.max(
          1,
          total(({ healthyRequests }) => healthyRequests),
        ),
      'writes',
      goals.writesPerRequest,
    ),
    row('store_max_writes_per_item_s', Math.max(...outcomes.map((one) => one.mostWritesPerItemS)), 'writes/s'),
    row('store_throttled', total(({ throttled }) => throttled) / outcomes.length, 'exchanges'),
  ];
}

type MakeRow = (metric: string, value: number, unit: string, goal?: number) => Row;

/** Of a history in which it never opened, or never closed, all that is known is that it took longer than that. */
function openRows({ untilS, recoveryS, deathS }: Scenario, outcomes: readonly Outcome[], goals: Goals, row: MakeRow) {
  const longestMs = ((recoveryS ?? untilS) - deathS) * 1000;
  const opened = outcomes.map(({ openedMs }) => openedMs ?? longestMs);
  const stopped = outcomes.map(({ stoppedMs }) => stoppedMs ?? longestMs);
  const leaks = outcomes.map(({ lastLeakMs }) => lastLeakMs ?? longestMs);
  const leak = outcomes.map(({ leaked, instances }) => leaked / instances);
  return [
    row('open_ms_median', median(opened), 'ms', goals.openMsMedian),
    row('open_ms_max', Math.max(...stopped), 'ms', goals.openMsMax),
    row('last_leak_ms', Math.max(...leaks), 'ms'),
    row('leak_per_instance', leak.reduce((sum, one) => sum + one, 0) / leak.length, 'calls', goals.leak),
    row('never_opened', outcomes.filter(({ openedMs }) => openedMs === undefined).length, 'histories'),
  ];
}

function recoveryRows({ untilS, recoveryS = 0 }: Scenario, outcomes: readonly Outcome[], goals: Goals, row: MakeRow) {
  const longestMs = (untilS - recoveryS) * 1000;
  const worst = (of: (outcome: Outcome) => number | undefined): number =>
    Math.max(...outcomes.map((one) => of(one) ?? longestMs));
  return [
    row(
      'recovery_ms_max',
      worst((one) => one.recoveryMs),
      'ms',
    ),
    row(
      'recovery_over_bound_ms',
      worst((one) => one.recoveryOverBoundMs),
      'ms',
      goals.recoveryOverMs,
    ),
  ];
}

/** Whether the rule wants it open once the dependency has died. */
function shallOpen({ health, deathS, rule }: Scenario): boolean {
  const died = health.find(({ fromS }) => fromS === deathS);
  return died !== undefined && died.failing >= (rule.failureRate === undefined ? 0.5 : parseShare(rule.failureRate));
}

const fourDecimals = (value: number): number => Math.round(value * 10_000) / 10_000;
