// How the judge tells a worse revision from chance: in tables, and how often it is wrong, measured over many publications.
import { describe, expect, it } from 'vitest';
import {
  figuresOf,
  judge,
  minus,
  NOTHING,
  p99Of,
  plus,
  type Figures,
} from '../../../../../functions/config-center/gray/verdict.ts';
import { bucketOf } from '../../../../../middleware/telemetry/histogram.ts';

/** As buckets are numbered where they are summed up. */
const BELOW_ONE = 160;
const bucket = (ms: number) => bucketOf(ms) - BELOW_ONE;

function side(
  requests: number,
  { failed = 0, refused = 0, ms = [] as readonly (readonly [number, number])[] } = {},
): Figures {
  return { requests, failed, refused, durations: ms.map(([value, count]) => [bucket(value), count] as const) };
}

describe('figures', () => {
  it('count as an objective would: what a caller got wrong is no failure', () => {
    const outcomes = { ok: 5, '503': 1, timeout: 2, error: 3, connect: 1, '404': 7, throttled: 1, refused: 4 };
    expect(figuresOf({ outcomes, durations: [[3, 20]] })).toEqual({
      ...{ requests: 24, failed: 7, refused: 4 },
      durations: [[3, 20]],
    });
  });

  it('of the rest are all without those of the part', () => {
    const all = side(10, {
      failed: 3,
      ms: [
        [1, 4],
        [100, 6],
      ],
    });
    const part = side(4, { failed: 1, ms: [[100, 4]] });
    expect(minus(all, part)).toEqual(
      side(6, {
        failed: 2,
        ms: [
          [1, 4],
          [100, 2],
        ],
      }),
    );
    expect(plus(minus(all, part), part)).toEqual(all);
    expect(minus(part, all)).toEqual({ ...NOTHING, durations: [] });
  });
});

const MARGINS = { errors: 0.02, refusals: 0.05, p99: 0.2, minimumSample: 200 };
const QUICK = [
  [10, 985],
  [50, 15],
] as const;

describe('a verdict', () => {
  it.each([
    ['nothing came', side(0), side(0), 'not enough traffic'],
    [
      'too little came to the part',
      side(199, { failed: 100, ms: [[10, 199]] }),
      side(1000, { ms: QUICK }),
      'not enough traffic',
    ],
    ['too little came to the rest', side(1000, { ms: QUICK }), side(199, { ms: [[10, 199]] }), 'not enough traffic'],
    ['both are alike', side(1000, { failed: 10, ms: QUICK }), side(1000, { failed: 10, ms: QUICK }), 'better-or-equal'],
    [
      'more fails, within the margin',
      side(1000, { failed: 25, ms: QUICK }),
      side(1000, { failed: 10, ms: QUICK }),
      'better-or-equal',
    ],
    ['far more fails', side(1000, { failed: 200, ms: QUICK }), side(1000, { failed: 10, ms: QUICK }), 'worse'],
    ['fewer fail', side(1000, { ms: QUICK }), side(1000, { failed: 200, ms: QUICK }), 'better-or-equal'],
    ['far more is refused', side(1000, { refused: 300, ms: QUICK }), side(1000, { ms: QUICK }), 'worse'],
    ['all is refused, so that nothing can fail', side(1000, { refused: 1000 }), side(1000, { ms: QUICK }), 'worse'],
    [
      'it takes twice as long',
      side(1000, {
        ms: [
          [10, 900],
          [100, 100],
        ],
      }),
      side(1000, { ms: QUICK }),
      'worse',
    ],
    [
      'it takes longer by the margin',
      side(1000, {
        ms: [
          [10, 900],
          [58, 100],
        ],
      }),
      side(1000, { ms: QUICK }),
      'better-or-equal',
    ],
  ])('when %s', (_, part, rest, verdict) => {
    expect(judge(part, rest, MARGINS).verdict).toBe(verdict);
  });

  it('says what is worse, by how much, and what was allowed', () => {
    const { reason } = judge(side(400, { failed: 80 }), side(8000, { failed: 80 }), {
      errors: 0.02,
      minimumSample: 200,
    });
    expect(reason).toBe('errors: 20% of 400, of the rest 1% of 8000, where 2% more are allowed');
  });

  it('says what there is too little of', () => {
    const { reason } = judge(side(40), side(8000), { errors: 0.02, minimumSample: 200 });
    expect(reason).toBe('fewer than 200 requests in the part or in the rest (errors: 40, of the rest 8000)');
  });

  it('looks at what it was asked to alone', () => {
    const [bad, good] = [side(1000, { failed: 500, refused: 500 }), side(1000)];
    expect(judge(bad, good, { p99: 0.2, minimumSample: 200 }).verdict).toBe('not enough traffic');
    expect(judge(bad, good, { refusals: 0.05, minimumSample: 200 }).reason).toContain('refusals');
  });

  it.each([
    [1, 200, 0, 10_000, 'better-or-equal'],
    [2, 200, 2, 10_000, 'better-or-equal'],
    [3, 200, 0, 200, 'better-or-equal'],
    [8, 200, 0, 200, 'better-or-equal'],
    [20, 200, 0, 200, 'worse'],
    [5, 200, 0, 10_000, 'worse'],
  ])('of rare errors is what chance says: %d of %d beside %d of %d', (a, among, b, others, verdict) => {
    const margins = { errors: 0, minimumSample: 200 };
    expect(judge(side(among, { failed: a }), side(others, { failed: b }), margins).verdict).toBe(verdict);
  });
});

it('the 99th percentile is told within a few percent', () => {
  expect(
    p99Of(
      side(1000, {
        ms: [
          [10, 980],
          [50, 20],
        ],
      }),
    ),
  ).toBeGreaterThan(47);
  expect(
    p99Of(
      side(1000, {
        ms: [
          [10, 980],
          [50, 20],
        ],
      }),
    ),
  ).toBeLessThan(53);
  expect(p99Of(NOTHING)).toBeUndefined();
});

/** The same numbers at each run: Marsaglia's xorshift. */
function chance(seed: number): () => number {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

const LOOKS = 60;

interface Fleet {
  readonly failing: number;
  readonly slower: number;
}

/** Whether a publication of an hour, looked at every minute, is found worse at any of its looks. */
function isTakenBack(
  part: Fleet,
  rest: Fleet,
  margins: Parameters<typeof judge>[2],
  random: () => number,
  restRequests = 40,
): boolean {
  let [a, b] = [NOTHING, NOTHING];
  for (let look = 0; look < LOOKS; look++) {
    a = plus(a, minute(part, 10, random));
    b = plus(b, minute(rest, restRequests, random));
    if (judge(a, b, margins).verdict === 'worse') return true;
  }
  return false;
}

/** Durations as services have them: log-normal, with a tail. */
function minute({ failing, slower }: Fleet, requests: number, random: () => number): Figures {
  let failed = 0;
  const durations = new Map<number, number>();
  for (let i = 0; i < requests; i++) {
    if (random() < failing) failed++;
    const normal = Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
    const at = bucket(20 * slower * Math.exp(0.8 * normal));
    durations.set(at, (durations.get(at) ?? 0) + 1);
  }
  return { requests, failed, refused: 0, durations: [...durations].sort(([x], [y]) => x - y) };
}

it('nor is one beside a fleet thirty times as large, where hardly anything fails', () => {
  const random = chance(99);
  const alike = { failing: 0.0005, slower: 1 };
  const margins = { errors: 0, minimumSample: 200 };
  const times = Array.from({ length: 100 }, () => isTakenBack(alike, alike, margins, random, 300)).filter(Boolean);
  expect(times.length).toBeLessThanOrEqual(1);
});

const RUNS = 200;

function takenBack(part: Fleet, rest: Fleet, margins: Parameters<typeof judge>[2], seed: number): number {
  const random = chance(seed);
  let times = 0;
  for (let run = 0; run < RUNS; run++) if (isTakenBack(part, rest, margins, random)) times++;
  return times / RUNS;
}

describe('of many publications, each looked at sixty times from the least sample on', () => {
  it.each([0.001, 0.01, 0.05, 0.3])('at most 1 in 100 that are no worse is taken back, where %d fail', (failing) => {
    const alike = { failing, slower: 1 };
    // The harshest condition there is: no worse at all.
    expect(takenBack(alike, alike, { errors: 0, p99: 0, minimumSample: 200 }, 4711)).toBeLessThanOrEqual(0.01);
  });

  it.each([
    ['five times as much fails', { failing: 0.1, slower: 1 }, { errors: 0.02, minimumSample: 200 }],
    ['it takes three times as long', { failing: 0.02, slower: 3 }, { p99: 0.2, minimumSample: 200 }],
  ])('at least 99 in 100 are taken back when %s', (_, part, margins) => {
    expect(takenBack(part, { failing: 0.02, slower: 1 }, margins, 42)).toBeGreaterThanOrEqual(0.99);
  });
});
