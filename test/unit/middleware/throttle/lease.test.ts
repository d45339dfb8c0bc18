// Tokens held on lease: each has its own moment and its own end, and the fleet's bound holds whatever is done with them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import {
  CLOCK_ERROR_US,
  costUs,
  decide,
  LAG_US,
  lagUs,
  type BucketState,
} from '../../../../middleware/throttle/bucket.ts';
import { compileGcra, type Gcra } from '../../../../middleware/throttle/gcra.ts';
import { Lease } from '../../../../middleware/throttle/lease.ts';
import { leaseTerms, type LeaseTerms } from '../../../../middleware/throttle/terms.ts';
import { excess, type Admitted } from './meter.ts';

const NOW = Date.UTC(2026, 0, 5) * 1000;

function termsOf(gcra: Gcra): LeaseTerms {
  const terms = leaseTerms(gcra, 'leased');
  if (!terms) throw new Error('cannot be leased');
  return terms;
}

describe('terms', () => {
  it.each([
    ['100/s with a burst of ten seconds', '100/s', 1_000, { periodUs: 1e6, validityUs: 2.5e6, slackUs: 1e6 }],
    ['100/s with a burst of a minute', '100/s', 6_000, { periodUs: 6e6, validityUs: 15e6, slackUs: 6e6 }],
    ['1M/d: no lease lasts longer than some minutes', '1M/d', undefined, { periodUs: 60e6, validityUs: 150e6 }],
  ])('%s', (_name, rate, burst, expected) => {
    expect(leaseTerms(compileGcra(parseRate(rate), burst), 'auto')).toMatchObject(expected);
  });

  it.each([
    ['few tokens in a long time', '5/10s', undefined],
    ['a burst of a second, whose leases would be shorter than they are worth', '100/s', undefined],
    ['less than two tokens a period', '1/s', 15],
  ])('are none for %s', (_name, rate, burst) => {
    expect(leaseTerms(compileGcra(parseRate(rate), burst), 'auto')).toBeUndefined();
  });

  it('are none when asked not to be', () => {
    const gcra = compileGcra(parseRate('100/s'), 1_000);
    expect(leaseTerms(gcra, 'per-request')).toBeUndefined();
    expect(leaseTerms(gcra, 'eventual')).toBeUndefined();
  });

  it('are there for less when asked for, but not when nothing would be left of the burst', () => {
    expect(leaseTerms(compileGcra(parseRate('100/s')), 'leased')).toMatchObject({ periodUs: 100_000, leastTokens: 1 });
    expect(leaseTerms(compileGcra(parseRate('100/s'), 10), 'leased')).toBeUndefined();
  });
});

describe('a lease', () => {
  const gcra = compileGcra(parseRate('100/s'), 1_000);
  const terms = termsOf(gcra);
  const burst = { baseUs: NOW, intervalUs: gcra.intervalUs };

  it('gives a token of the burst at once, and each once', () => {
    const lease = new Lease(gcra, terms);
    lease.add({ startUs: NOW, tokens: 3, ...burst });
    expect([1, 2, 3, 4].map(() => lease.takeOne(NOW))).toEqual([true, true, true, false]);
  });

  it('gives the whole burst at once, also what was counted for moments to come', () => {
    const lease = new Lease(gcra, terms);
    lease.add({ startUs: NOW, tokens: gcra.burst, ...burst });
    expect(lease.take(NOW, gcra.burst + 1)).toEqual({ tokens: gcra.burst, freeAtUs: Infinity });
  });

  it('gives none after its end: the oldest are forfeited first', () => {
    const lease = new Lease(gcra, terms);
    lease.add({ startUs: NOW, tokens: 3, ...burst });
    expect(lease.unspent(NOW + terms.validityUs)).toBe(3);
    expect(lease.unspent(NOW + terms.validityUs + 1)).toBe(2);
    expect(lease.take(NOW + terms.validityUs + 15_000, 5).tokens).toBe(1);
    expect(lease.takeOne(NOW + terms.validityUs + 20_001)).toBe(false);
  });

  it('gives what was reserved ahead from its own moment on, and says which', () => {
    const lease = new Lease(gcra, terms);
    const fromUs = NOW + 500_000;
    const startUs = fromUs - lagUs(terms) + gcra.capacityUs - gcra.intervalUs;
    lease.add({ startUs, tokens: 2, intervalUs: gcra.intervalUs, baseUs: NOW - 60e6 });
    expect(lease.take(NOW, 1)).toEqual({ tokens: 0, freeAtUs: fromUs });
    expect(lease.takeOne(fromUs - 1)).toBe(false);
    expect(lease.takeOne(fromUs)).toBe(true);
    expect(lease.take(fromUs, 1)).toEqual({ tokens: 0, freeAtUs: fromUs + gcra.intervalUs });
  });

  it('takes back what nobody has built on, with the end it had', () => {
    const lease = new Lease(gcra, terms);
    lease.add({ startUs: NOW, tokens: 5, ...burst });
    lease.take(NOW, 3);
    expect(lease.undo(lease.mark, 2)).toBe(true);
    expect(lease.unspent(NOW)).toBe(4);
    expect(lease.undo(3, 2)).toBe(false);
    expect(lease.unspent(NOW + terms.validityUs + 40_001)).toBe(0);
  });
});

/** Five instances with clocks of their own that share a bucket; each asks for tokens, and uses what it holds. */
const shapes = fc.constantFrom(
  compileGcra(parseRate('100/s'), 1_000),
  compileGcra(parseRate('100/s'), 100),
  compileGcra(parseRate('20/s'), 40),
  compileGcra(parseRate('3/s'), 30),
  compileGcra(parseRate('1k/s'), 2_000),
);
const INSTANCES = 5;
const offsets = fc.array(fc.oneof(fc.constantFrom(-1, 1), fc.double({ min: -1, max: 1, noNaN: true })), {
  minLength: INSTANCES,
  maxLength: INSTANCES,
});
const steps = fc.array(
  fc.record({
    pause: fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      // Exactly at an end, or where the next regime begins.
      { weight: 2, arbitrary: fc.constant(1) },
      { weight: 3, arbitrary: fc.double({ min: 0, max: 1.2, noNaN: true }) },
      { weight: 1, arbitrary: fc.double({ min: 1, max: 4, noNaN: true }) },
    ),
    unit: fc.constantFrom('interval', 'slack', 'validity', 'lag', 'capacity'),
    instance: fc.nat({ max: INSTANCES - 1 }),
    /** `use` of many finds out whether an end is kept. */
    does: fc.constantFrom('ask', 'ask-ahead', 'ask-one', 'use', 'use', 'use-all', 'use-all', 'undo'),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 120, size: 'max' },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

function simulate(gcra: Gcra, terms: LeaseTerms, offsetsOf: readonly number[], sequence: Readonly<Steps>): Admitted[] {
  const units = {
    interval: gcra.intervalUs,
    slack: terms.slackUs,
    validity: terms.validityUs,
    lag: LAG_US,
    capacity: gcra.capacityUs,
  };
  const leases = offsetsOf.map(() => new Lease(gcra, terms));
  let state: BucketState | undefined;
  let trueUs = NOW;
  const admitted: Admitted[] = [];
  for (const { pause, unit, instance, does, share } of sequence) {
    trueUs += Math.floor(pause * units[unit]);
    const nowUs = trueUs + Math.round((offsetsOf[instance] ?? 0) * CLOCK_ERROR_US);
    const lease = leases[instance];
    if (!lease) throw new Error('no such instance');
    const many = Math.ceil(share * gcra.burst);
    if (does.startsWith('ask')) {
      const wanted = does === 'ask-one' ? 1 : Math.max(1, many);
      const decision = decide(gcra, state, nowUs, wanted, terms, does === 'ask-ahead' ? terms.periodUs : 0);
      if (decision.kind === 'exhausted') continue;
      const { tatUs, baseUs } = decision.next;
      state = decision.next;
      lease.add({
        startUs: tatUs - costUs(gcra, decision.tokens),
        tokens: decision.tokens,
        intervalUs: gcra.intervalUs,
        baseUs,
      });
    } else if (does === 'undo') {
      const { tokens } = lease.take(nowUs, 2);
      lease.undo(lease.mark, tokens);
    } else {
      const { tokens } = lease.take(nowUs, does === 'use-all' ? gcra.burst : Math.ceil(many / 10));
      if (tokens > 0) admitted.push({ atUs: trueUs, tokens });
    }
  }
  return admitted;
}

describe('a fleet that leases, its clocks within the declared error', () => {
  it('admits at most rate·w + burst in every window w of true time', () => {
    fc.assert(
      fc.property(shapes, offsets, steps, (gcra, offsetsOf, sequence) => {
        expect(excess(gcra, simulate(gcra, termsOf(gcra), offsetsOf, sequence))).toBeLessThanOrEqual(1e-6);
      }),
      { numRuns: 10_000 },
    );
  });

  it('admits a burst and no more when the slowest clock keeps one to its end, and the fastest asks at that moment', () => {
    const gcra = compileGcra(parseRate('100/s'), 1_000);
    const terms = termsOf(gcra);
    const ask = { pause: 0, unit: 'validity', does: 'ask', share: 1 } as const;
    const use = { ...ask, does: 'use-all' } as const;
    const steps = [
      { ...ask, instance: 0 },
      { ...use, pause: 1, instance: 0 },
      { ...ask, instance: 1 },
      { ...use, instance: 1 },
      // A moment later, what has refilled by then is there.
      { ...ask, unit: 'interval', pause: 1, instance: 1 },
      { ...use, instance: 1 },
    ] as const;
    const admitted = simulate(gcra, terms, [-1, 1], steps);
    expect(admitted.map(({ tokens }) => tokens)).toEqual([1_000, 1]);
    expect(excess(gcra, admitted)).toBe(0);
  });

  it('has the whole burst to lease after a pause', () => {
    const gcra = compileGcra(parseRate('100/s'), 1_000);
    const terms = termsOf(gcra);
    let state: BucketState | undefined;
    let tokens = 0;
    for (let i = 0; i < 60; i++) {
      const decision = decide(gcra, state, NOW + i * 1_000 + (i % 2 === 0 ? 1 : -1) * CLOCK_ERROR_US, 20, terms);
      if (decision.kind === 'exhausted') break;
      state = decision.next;
      tokens += decision.tokens;
    }
    expect(tokens).toBeGreaterThanOrEqual(1_000);
  });
});
