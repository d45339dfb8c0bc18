// The histories a breaker is measured on: fleets of all sizes, outages whole and in part, loads that step, a store that fails.
import type { Goals } from './judgement.ts';
import type { Scenario, SubjectName } from './scenario.ts';

const RPS = 20;
/** By then everybody knows of everybody. */
const DEATH_S = 13;
/** Of ten thousand every second is two hundred thousand calls, and they have written enough by then. */
const EARLY_DEATH_S = 8;
const ALL: readonly SubjectName[] = ['flyball', 'oracle', 'read-modify-write', 'elected prober'];
const OWN: readonly SubjectName[] = ['flyball', 'oracle'];

const TOTAL: Goals = { openMsMedian: 200, openMsMax: 350, leak: 2, falseTrips: 0, flaps: 0, writesPerRequest: 0.02 };
const HALF: Goals = { openMsMedian: 350, leak: 4, falseTrips: 0, writesPerRequest: 0.02 };
const QUIET: Goals = { falseTrips: 0, flaps: 0 };

/** Fewer histories the larger the fleet. */
const seedsOf = (instances: number): number => (instances >= 10_000 ? 1 : instances >= 1_000 ? 2 : 10);

function outages(instances: number): readonly Scenario[] {
  const huge = instances >= 10_000;
  const deathS = huge ? EARLY_DEATH_S : DEATH_S;
  const base = { instances, rps: RPS, rule: {}, deathS, seeds: seedsOf(instances) };
  return [
    {
      ...{ ...base, name: `n=${instances} outage 100%`, health: [{ fromS: deathS, failing: 1 }] },
      ...{ untilS: deathS + (huge ? 1 : 4), goals: TOTAL, subjects: huge ? OWN : ALL },
    },
    {
      ...{ ...base, name: `n=${instances} outage 50%`, health: [{ fromS: deathS, failing: 0.5 }] },
      ...{ untilS: deathS + (huge ? 1 : 4), goals: HALF, subjects: huge ? ['flyball'] : OWN },
    },
    {
      ...{ ...base, name: `n=${instances} errors 10%`, health: [{ fromS: deathS, failing: 0.1 }] },
      ...{ untilS: deathS + (huge ? 1 : 8), goals: QUIET, subjects: huge ? ['flyball'] : ALL },
    },
  ];
}

/** Eight times the load at one failure in ten: by more calls an instance, and by more instances. */
function steps(instances: number): readonly Scenario[] {
  const base = {
    ...{ rule: {}, deathS: DEATH_S, untilS: DEATH_S + 8, seeds: Math.min(5, seedsOf(instances)), goals: QUIET },
    ...{ health: [{ fromS: 1, failing: 0.1 }], subjects: OWN },
  };
  return [
    {
      ...{ ...base, name: `n=${instances} load x8 by calls, errors 10%`, instances, rps: RPS / 8 },
      phases: [{ fromS: DEATH_S, times: 8 }],
    },
    {
      ...{ ...base, name: `n=${instances} load x8 by instances, errors 10%`, instances: instances / 8, rps: RPS },
      joining: { instances: (instances * 7) / 8, fromS: DEATH_S, withinS: 1 },
    },
  ];
}

const LIFE: Goals = { ...TOTAL, recoveryOverMs: 0 };

/** Well, dead for a while, and well again. */
function lives(instances: number): readonly Scenario[] {
  const base = { instances, rps: RPS, deathS: DEATH_S, seeds: Math.min(3, seedsOf(instances)), goals: LIFE };
  const health = [
    { fromS: DEATH_S, failing: 1 },
    { fromS: DEATH_S + 8, failing: 0 },
  ];
  return [
    {
      ...{ ...base, name: `n=${instances} life`, rule: {}, health, recoveryS: DEATH_S + 8 },
      ...{ untilS: DEATH_S + 8 + (instances >= 1_000 ? 13 : 25), subjects: instances >= 1_000 ? OWN : ALL },
    },
    {
      ...{ ...base, name: `n=${instances} outage, then errors 10%`, rule: { openFor: { initial: '2s' } } },
      health: [
        { fromS: DEATH_S, failing: 1 },
        { fromS: DEATH_S + 2, failing: 0.1 },
      ],
      // A probe fails once in ten, so that the recovery has no bound.
      ...{ untilS: DEATH_S + (instances >= 1_000 ? 8 : 20), goals: QUIET, subjects: ['flyball'] as const },
    },
    ...(instances === 100
      ? [
          {
            ...{ ...base, name: 'n=100 life, 3 probes, ramp 10, 50, 100%', health, recoveryS: DEATH_S + 8 },
            rule: { halfOpen: { probes: 3, ramp: ['10%', '50%', '100%'], rampStage: '5s' } },
            ...{ untilS: DEATH_S + 8 + 30, subjects: ['flyball'] as const },
          },
        ]
      : []),
  ];
}

function oddities(): readonly Scenario[] {
  const base = { instances: 100, rps: RPS, rule: {}, deathS: DEATH_S, seeds: 3 };
  const dead = [{ fromS: DEATH_S, failing: 1 }];
  return [
    {
      ...{ ...base, name: 'n=100 outage 100% timeouts 500 ms', health: dead, timeoutMs: 500 },
      ...{ untilS: DEATH_S + 6, goals: { falseTrips: 0, flaps: 0 }, subjects: ALL },
    },
    {
      ...{ ...base, name: 'n=100 one poisoned', health: [], poisoned: 1 },
      ...{ untilS: DEATH_S + 25, goals: QUIET, subjects: ALL },
    },
    {
      ...{ ...base, name: 'n=10 one poisoned', instances: 10, health: [], poisoned: 1 },
      ...{ untilS: DEATH_S + 25, goals: QUIET, subjects: OWN },
    },
    {
      ...{ ...base, name: 'n=100 outage 100% store of 100 writes/s', health: dead, itemWritesPerS: 100 },
      ...{ untilS: DEATH_S + 6, goals: { falseTrips: 0, flaps: 0 }, subjects: OWN },
    },
    {
      ...{ ...base, name: 'n=100 outage 100% store away', health: dead, untilS: DEATH_S + 20 },
      ...{ storeAway: { fromS: DEATH_S - 0.5, forS: 10 }, goals: { flaps: 0 }, subjects: OWN },
    },
    {
      ...{ ...base, name: 'n=20 outage 100% at 0.2 rps', instances: 20, rps: 0.2, health: [{ fromS: 60, failing: 1 }] },
      ...{ deathS: 60, untilS: 100, goals: { falseTrips: 0, flaps: 0 }, subjects: OWN },
    },
    ...[1, 0.1].map((failing): Scenario => ({
      ...{ ...base, name: `n=100 window of 200 calls, ${failing === 1 ? 'outage 100%' : 'errors 10%'}` },
      ...{ rule: { window: { calls: 200 }, surge: 'off' }, health: [{ fromS: DEATH_S, failing }] },
      ...{ untilS: DEATH_S + 4, goals: { falseTrips: 0, flaps: 0 }, subjects: ['flyball'] },
    })),
  ];
}

/** A very large fleet beyond its outages, with fewer calls and for a shorter time: a second of it costs what it costs. */
function huge(): readonly Scenario[] {
  const base = { instances: 10_000, rps: 5, rule: {}, deathS: EARLY_DEATH_S, seeds: 1, subjects: ['flyball'] as const };
  const dead = { fromS: EARLY_DEATH_S, failing: 1 };
  return [
    {
      ...{ ...base, name: 'n=10000 load x8 by calls, errors 10%', rps: RPS / 8, health: [{ fromS: 1, failing: 0.1 }] },
      ...{ phases: [{ fromS: EARLY_DEATH_S, times: 8 }], untilS: EARLY_DEATH_S + 1, goals: QUIET },
    },
    { ...base, name: 'n=10000 one poisoned', health: [], poisoned: 1, untilS: EARLY_DEATH_S + 4, goals: QUIET },
    {
      ...{ ...base, name: 'n=10000 life at 5 rps', rule: { openFor: { initial: '2s' } } },
      ...{ health: [dead, { fromS: EARLY_DEATH_S + 1, failing: 0 }], recoveryS: EARLY_DEATH_S + 1 },
      ...{ untilS: EARLY_DEATH_S + 6, goals: { falseTrips: 0, flaps: 0, recoveryOverMs: 0 } },
    },
    {
      ...{ ...base, name: 'n=10000 outage 100% store of 100 writes/s', health: [dead], itemWritesPerS: 100 },
      ...{ untilS: EARLY_DEATH_S + 4, goals: { falseTrips: 0, flaps: 0 } },
    },
  ];
}

export const SCENARIOS: readonly Scenario[] = [
  ...[10, 100, 1_000].flatMap(outages),
  ...[80, 800].flatMap(steps),
  ...[10, 100, 1_000].flatMap(lives),
  ...oddities(),
  ...outages(10_000),
  ...huge(),
];

/** Of each kind one, none of them large. */
export const QUICK_SCENARIOS: readonly Scenario[] = SCENARIOS.filter(({ instances }) => instances <= 100);
