// The fleets that a revision is published to.
import type { Scenario } from './scenario.ts';

/** As the production stage's table is warmed: 24,000 read units a second. */
const PRODUCTION = 8;
/** As a new table is: 12,000. */
const NEW = 4;
const GOAL_MS = 6_000;
/** Of one partition, in read units. */
const HEAD_UNITS = 3_000;

const usual = {
  perS: 1,
  arrivals: 'evenly',
  documentKb: 60,
  partitions: PRODUCTION,
  publishAtS: 12,
  untilS: 30,
  seeds: 1,
  goals: { decided95Ms: GOAL_MS, headUnitsPerS: HEAD_UNITS },
} as const;

export const SCENARIOS: readonly Scenario[] = [
  { ...usual, name: 'n=1000 60 KB 1/s', instances: 1_000, seeds: 3 },
  { ...usual, name: 'n=10000 60 KB 1/s', instances: 10_000 },
  { ...usual, name: 'n=10000 60 KB 5/s', instances: 10_000, perS: 5, untilS: 26 },
  { ...usual, name: 'n=10000 60 KB 1/s as chance has it', instances: 10_000, arrivals: 'poisson', goals: {} },
  { ...usual, name: 'n=10000 60 KB 1/s, a new table', instances: 10_000, partitions: NEW, goals: {} },
  { ...usual, name: 'n=10000 8 KB 1/s, a new table', instances: 10_000, documentKb: 8, partitions: NEW },
  {
    ...usual,
    name: 'n=1000 60 KB, idle for a minute',
    ...{ instances: 1_000, seeds: 3, idle: { untilS: 70, withinS: 5 }, publishAtS: 30, untilS: 85 },
    goals: { oldAfterIdlePct: 1 },
  },
  {
    ...usual,
    name: 'n=10000 60 KB, idle for a minute',
    ...{ instances: 10_000, idle: { untilS: 70, withinS: 5 }, publishAtS: 30, untilS: 85 },
    goals: {},
  },
  {
    ...usual,
    name: 'n=1000 60 KB 1/s, writes throttled for 10 s',
    ...{ instances: 1_000, seeds: 3, crowded: { writeUnits: 950, forS: 10 }, untilS: 40 },
  },
];

export const QUICK_SCENARIOS: readonly Scenario[] = SCENARIOS.filter(({ instances }) => instances === 1_000).map(
  (scenario) => ({ ...scenario, seeds: 1 }),
);
