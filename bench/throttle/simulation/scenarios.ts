// The histories a throttle is measured on: fleets of all sizes, loads of all shapes, and what may go wrong.
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import type { Churn, Phase } from '../../simulation/load.ts';
import type { Goals, Scenario } from './scenario.ts';

const RPS = 20;
const BURST_S = 10;
/** Fleets that write more than a new table takes have it warmed: a second's lease for each instance, and half as much again. */
const WARM_WRITES_PER_INSTANCE_S = 1.5;
const TABLE_WRITES_PER_S = 4_000;

/** At first so much more than usual that what is measured begins with an empty bucket. */
const DRAINING: readonly Phase[] = [
  { fromS: 0, times: 2.5 },
  { fromS: 5, times: 1 },
];
const CHURN: Churn = { onS: 15, offS: 5, deaths: 0.5 };
const CHURN_ON = CHURN.onS / (CHURN.onS + CHURN.offS);

const STEADY: Goals = { rateErrorPct: 1, waitedShare: 0.001, writesPerRequest: 0.06 };
const ZIPF: Goals = { rateErrorPct: 5, waitedShare: 0.001, writesPerRequest: 0.06 };
const CHURNING: Goals = { rateErrorPct: 5, waitedShare: 0.015, writesPerRequest: 0.07 };

interface Shape {
  readonly instances: number;
  readonly rps?: number;
  /** Demand over limit. */
  readonly load: number;
  readonly burstS?: number;
  readonly whenStoreFails?: 'local' | 'allow' | 'reject';
}

/** A rule for so much of what the fleet is asked. */
function ruleFor({ instances, rps = RPS, load, burstS = BURST_S, whenStoreFails = 'reject' }: Shape): ThrottleRule {
  const perSecond = Math.round((instances * rps) / load);
  return { limit: `${perSecond}/s`, burst: Math.round(perSecond * burstS), whenStoreFails };
}

function tableFor(instances: number): number {
  return Math.max(TABLE_WRITES_PER_S, instances * WARM_WRITES_PER_INSTANCE_S);
}

function steady(instances: number): readonly Scenario[] {
  // The more there are, the longer they take to find each other; of ten thousand a second tells as much as of a thousand ten.
  const [fromS, measuredS] = instances >= 10_000 ? [15, 5] : instances >= 1_000 ? [20, 20] : [10, 20];
  const common = { instances, rps: RPS, tableWritesPerS: tableFor(instances) };
  const drained = { phases: DRAINING, drained: true, measureFromS: fromS, untilS: fromS + measuredS };
  const over = ruleFor({ instances, load: 1.5 });
  return [
    {
      ...{ ...common, name: `n=${instances} uniform 0.8x`, rule: ruleFor({ instances, load: 0.8 }) },
      ...{ measureFromS: fromS, untilS: fromS + measuredS, goals: STEADY },
    },
    { ...common, ...drained, name: `n=${instances} uniform 1.5x`, rule: over, goals: STEADY },
    { ...common, ...drained, name: `n=${instances} zipf 1.5x`, rule: over, spread: 'zipf', goals: ZIPF },
    {
      ...{ ...common, ...drained, name: `n=${instances} churn 1.5x`, churn: CHURN, goals: CHURNING },
      rule: ruleFor({ instances, load: 1.5 / CHURN_ON }),
    },
  ];
}

/** The same fleet of a hundred, each time with something else. */
function hundred(): readonly Scenario[] {
  const instances = 100;
  const rule = ruleFor({ instances, load: 1.5 });
  const long = ruleFor({ instances, load: 1.5, burstS: 60 });
  const few = ruleFor({ instances, rps: 5, load: 1.5 });
  const base = { instances, rps: RPS, rule, phases: DRAINING, drained: true, measureFromS: 10, untilS: 40 };
  const half = ruleFor({ instances, load: 3 });
  return [
    {
      ...{ ...base, name: 'n=100 uniform 1.5x 5 rps', rps: 5, rule: few },
      goals: { rateErrorPct: 1, waitedShare: 0.025 },
    },
    {
      ...{ ...base, name: 'n=100 uniform 0.8x burst 60 s', rule: ruleFor({ instances, load: 0.8, burstS: 60 }) },
      ...{ phases: [], drained: false, measureFromS: 15, untilS: 75, goals: { ...STEADY, writesPerRequest: 0.012 } },
    },
    {
      ...{ ...base, name: 'n=100 uniform 1.5x burst 60 s', rule: long, goals: { ...STEADY, writesPerRequest: 0.012 } },
      phases: [
        { fromS: 0, times: 2.5 },
        { fromS: 23, times: 1 },
      ],
      ...{ measureFromS: 50, untilS: 110 },
    },
    { ...base, name: 'n=100 skew 50 ms 1.5x', skewMs: 50, skewed: 'fully', goals: STEADY },
    { ...base, name: 'n=100 skew 300 ms 1.5x', skewMs: 300, skewed: 'fully', boundless: true },
    { ...base, name: 'n=100 freezes 1.5x', stops: { perS: 5, forS: 3 }, goals: { rateErrorPct: 5 } },
    {
      ...{ ...base, name: 'n=100 idle and back 0.8x', rule: ruleFor({ instances, load: 0.8 * 2 }) },
      ...{ phases: [], drained: false },
      ...{ churn: { onS: 2, offS: 2, deaths: 0 }, goals: { rateErrorPct: 5 } },
    },
    {
      ...{ ...base, name: 'n=100 bursts x8', rule: ruleFor({ instances, load: 0.8 }), measureFromS: 0 },
      phases: [
        { fromS: 0, times: 0 },
        { fromS: 2, times: 8 },
        { fromS: 6, times: 0 },
        { fromS: 20, times: 8 },
        { fromS: 24, times: 0.8 },
        { fromS: 50, times: 8 },
        { fromS: 54, times: 0.8 },
      ],
      ...{ burstsFromS: [2, 20, 50], untilS: 60 },
    },
    ...(['local', 'allow', 'reject'] as const).map((whenStoreFails): Scenario => ({
      ...{ ...base, name: `n=100 outage 10 s ${whenStoreFails} 1.5x`, rule: { ...rule, whenStoreFails } },
      ...{ outage: { fromS: 15, forS: 10 }, untilS: 45, boundless: whenStoreFails !== 'reject' },
    })),
    {
      ...{ ...base, name: 'n=100 limit halved', change: { atS: 20, withinS: 6, rule: half }, untilS: 40 },
      goals: { rateErrorPct: 100 },
    },
    { ...base, name: 'n=100 gray', grayRule: half },
  ];
}

const KEYED: readonly Scenario[] = [
  {
    ...{ name: 'n=100 1000 clients zipf', instances: 100, rps: RPS, keys: 1_000, measureFromS: 10, untilS: 40 },
    rule: { limit: '5/s', burst: 50, key: ['client'], whenStoreFails: 'reject' },
  },
  {
    ...{ name: 'n=50 scarce 5/min', instances: 50, rps: 0.2, drained: true, measureFromS: 60, untilS: 660 },
    ...{ rule: { limit: '5/min', burst: 5, whenStoreFails: 'reject' }, goals: { rateErrorPct: 5 } },
  },
];

export const SCENARIOS: readonly Scenario[] = [
  ...[10, 100, 1_000].flatMap(steady),
  ...hundred(),
  ...KEYED,
  ...steady(10_000),
];

/** Of each kind one, none of them large. */
export const QUICK_SCENARIOS: readonly Scenario[] = SCENARIOS.filter(({ instances }) => instances <= 100);
