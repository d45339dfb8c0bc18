// Sums of a stretch of time: what instances put added up by subject, and sums added to sums.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SlotData } from '../../../../../functions/telemetry/sums/data.ts';
import { Slot } from '../../../../../functions/telemetry/sums/slot.ts';
import { Histogram } from '../../../../../middleware/telemetry/histogram.ts';
import { packDetail, type MinuteDetail } from '../../../../../store/items/telemetry-detail.ts';
import type { Tally, TelemetryMinute } from '../../../../../store/items/telemetry.ts';

const FROM = Date.UTC(2026, 0, 5, 10);

function minuteOf(changes: Partial<TelemetryMinute> = {}, detail?: MinuteDetail): TelemetryMinute {
  return {
    service: 'orders',
    instance: 'a',
    from: FROM,
    to: FROM + 60_000,
    revision: 7,
    version: '0.3.0',
    functionName: 'orders-prod',
    functionVersion: '3',
    cell: '',
    ...{ resources: {}, calls: {}, attempts: {}, refusals: {}, shadow: {}, transitions: {}, internal: {} },
    ...changes,
    ...(detail ? { detail: packDetail(detail) } : {}),
  };
}

function encoded(...values: number[]): Uint8Array {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram.encode();
}

const packed = (...values: number[]) => Buffer.from(encoded(...values)).toString('base64');
const countIn = (text: string | undefined) => Histogram.decode(Buffer.from(text ?? '', 'base64')).count;

function slotOf(...minutes: readonly TelemetryMinute[]): Slot {
  const slot = new Slot();
  for (const minute of minutes) slot.addMinute(minute);
  return slot;
}

const createOrder: Tally = {
  outcomes: { ok: 3, '503': 1 },
  cold: 1,
  slow: 2,
  durations: encoded(1, 2, 3, 4),
  maxMs: 4,
};

describe('what instances put', () => {
  it('is summed up for each resource and for the service', () => {
    const { subjects } = slotOf(
      minuteOf({ resources: { 'create-order': createOrder, health: { outcomes: { ok: 5 } } } }),
      minuteOf({ instance: 'b', resources: { 'create-order': createOrder } }),
    ).data();
    expect(subjects['resource#create-order']).toMatchObject({
      instances: 2,
      outcomes: { ok: 6, '503': 2 },
      cold: 2,
      slow: 4,
      maxMs: 4,
    });
    expect(countIn(subjects['resource#create-order']?.durations)).toBe(8);
    expect(subjects['service']).toMatchObject({
      instances: 2,
      outcomes: { ok: 11, '503': 2 },
      revisions: { '7': 2 },
      versions: { '0.3.0': 2 },
      functions: { 'orders-prod:3': 2 },
    });
  });

  it('of dependencies is whole calls, with their attempts within', () => {
    const slot = slotOf(
      minuteOf(
        { calls: { payments: { outcomes: { ok: 2 } } }, attempts: { payments: { outcomes: { ok: 2, timeout: 1 } } } },
        { dependencies: { payments: { retries: 1, target: 'function:payments', bytesOut: packed(100) } } },
      ),
    );
    const { subjects } = slot.data();
    expect(subjects['dependency#payments']).toMatchObject({
      outcomes: { ok: 2 },
      attempts: { outcomes: { ok: 2, timeout: 1 } },
      retries: 1,
      target: 'function:payments',
    });
    // The service's own outcomes are those of its invocations.
    expect(subjects['service']).toMatchObject({ attempts: { outcomes: { ok: 2, timeout: 1 } }, retries: 1 });
    expect(subjects['service']?.outcomes).toBeUndefined();
  });

  it('tells what came in by source, and how old it was', () => {
    const inbound = { 'queue:jobs': { outcomes: { ok: 1 }, durations: packed(5), ages: packed(900), maxAgeMs: 900 } };
    const { subjects } = slotOf(minuteOf({}, { inbound })).data();
    expect(subjects['inbound#queue:jobs']).toMatchObject({ instances: 1, outcomes: { ok: 1 }, maxAgeMs: 900 });
    expect(countIn(subjects['service']?.ages)).toBe(1);
  });

  it('tells of a parking queue how old its messages were, and leaves the service’s ages to what was parked', () => {
    const parking = { outcomes: {}, ages: packed(60_000), maxAgeMs: 60_000 };
    const bucket = { outcomes: { ok: 1 }, ages: packed(61_000), maxAgeMs: 61_000 };
    const inbound = { 'queue:parking': parking, 'bucket:uploads': bucket };
    const { subjects } = slotOf(minuteOf({}, { inbound })).data();
    expect(subjects['inbound#queue:parking']).toMatchObject({ instances: 1, maxAgeMs: 60_000 });
    expect(countIn(subjects['service']?.ages)).toBe(1);
  });

  it.each([
    ['refusals', 'throttle/per-client/create-order', 'resource#create-order'],
    ['shadow', 'throttle/per-client/a/b', 'resource#a/b'],
    ['refusals', 'breaker/payments/create-order', 'dependency#payments'],
    ['transitions', 'payments/CLOSED/OPEN', 'dependency#payments'],
    ['transitions', 'resource:create-order/CLOSED/OPEN', 'resource#create-order'],
    ['refusals', 'breaker/resource:create-order/create-order', 'resource#create-order'],
  ] as const)('%s by %s are those of %s and of the service', (kind, name, subject) => {
    const { subjects } = slotOf(minuteOf({ [kind]: { [name]: 4 } })).data();
    expect(subjects[subject]?.[kind]).toEqual({ [name]: 4 });
    expect(subjects['service']?.[kind]).toEqual({ [name]: 4 });
  });

  it('of the machine is the most that was used, and the least that there is; the share is of what each had itself', () => {
    const machines = [
      { memoryMb: 96, memoryLimitMb: 128, tmpMb: 5, tmpLimitMb: 512, timeoutMs: 10_000 },
      { memoryMb: 256, memoryLimitMb: 1024, tmpMb: 128, tmpLimitMb: 512 },
      // On a laptop nobody knows of how much.
      { memoryMb: 300 },
    ];
    const expected = {
      ...{ memoryMb: 300, memoryLimitMb: 128, memoryShare: 0.75, timeoutMs: 10_000 },
      ...{ tmpMb: 128, tmpLimitMb: 512, tmpShare: 0.25 },
    };
    const slot = slotOf(...machines.map((machine, i) => minuteOf({ instance: String(i) }, { machine })));
    expect(slot.data().subjects['service']?.machine).toEqual(expected);
    const fiveMinutes = new Slot();
    for (const each of [slot, slot]) fiveMinutes.add(each.data());
    expect(fiveMinutes.data().subjects['service']?.machine).toEqual(expected);
  });

  it('that cannot be read is counted, and that is all there is of it', () => {
    const slot = new Slot();
    slot.addUnreadable(0);
    expect(slot.empty).toBe(true);
    slot.addUnreadable(2);
    expect(slot.data()).toEqual({ subjects: { service: { unreadable: 2 } } });
  });

  it('is not believed: what is no count counts nothing', () => {
    const odd = {
      outcomes: { ok: -5, '503': 'many', timeout: NaN, error: 2 },
      cold: {},
      durations: encoded(1).fill(255),
    };
    const slot = slotOf(
      minuteOf({ resources: { a: odd as unknown as Tally }, refusals: null as never }, {
        keys: 'none',
        errors: [7],
        inbound: { x: 3 },
      } as never),
    );
    expect(slot.data().subjects['resource#a']?.outcomes).toEqual({ ok: 0, '503': 0, timeout: 0, error: 2 });
  });

  it('of more names than any service has is summed up as others', () => {
    const resources = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`r${String(i)}`, createOrder]));
    const slot = slotOf(minuteOf({ resources }));
    expect(slot.sums().size).toBeLessThanOrEqual(1_001);
    const totals = [...slot.sums()].map(([subject, sum]) => (subject === 'service' ? 0 : sum.total));
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(1_500 * 4);
  });
});

describe('what no instance puts', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => String(i));
  const inboundOf = (count: number) => Object.fromEntries(many(count).map((name) => [name, { outcomes: { ok: 1 } }]));

  it.each([
    ['lists', { resources: many(50), inbound: many(50), dependencies: many(50), keys: many(50) }],
    ['what becomes more than any detail is', { inbound: inboundOf(12_000) }],
    [
      'packed, more than any detail is',
      { inbound: { x: { outcomes: { ok: 1 } } }, noise: many(9_000).map((n) => Math.sin(Number(n))) },
    ],
  ])('adds nothing: %s', (_what, detail) => {
    expect(Object.keys(slotOf(minuteOf({}, detail as never)).data().subjects)).toEqual(['service']);
  });

  it('adds no more names than there may be', () => {
    expect(slotOf(minuteOf({}, { inbound: inboundOf(1_000) })).sums().size).toBe(301);
    const resources = Object.fromEntries(many(1_000).map((name) => [name, { outcomes: { ok: 1 } }]));
    const slot = slotOf(
      minuteOf({ resources, refusals: Object.fromEntries(many(1_000).map((n) => [`a/b/c${n}`, 1])) }),
    );
    expect(slot.sums().size).toBe(1 + 301 + 300);
    expect(slot.sum('resource#other')?.total).toBe(700);
    expect(slot.sum('service')?.total).toBe(1_000);
  });

  it('is no count: bytes and lists', () => {
    const odd = { internal: new Uint8Array(9).fill(1), refusals: [1, 2] } as unknown as Partial<TelemetryMinute>;
    const { subjects } = slotOf(minuteOf(odd)).data();
    expect(Object.keys(subjects)).toEqual(['service']);
    expect(subjects['service']).not.toHaveProperty('internal');
    expect(subjects['service']).not.toHaveProperty('refusals');
  });

  it('is no part of an error', () => {
    const error = { id: 'a', type: 'Error', shape: '', frame: '', count: 1, where: 'r', requestId: 'x' };
    const { subjects } = slotOf(minuteOf({}, { errors: [{ ...error, more: ['y'] } as never] })).data();
    expect(subjects['service']?.errors).toEqual([error]);
  });
});

describe('names that are longer than any', () => {
  const long = 'x'.repeat(301);

  it('of what is counted are others', () => {
    const { subjects } = slotOf(
      minuteOf(
        { functionName: long, resources: { [long]: createOrder }, refusals: { [`throttle/rule/${long}`]: 2 } },
        { inbound: { [long]: { outcomes: { ok: 1 } } } },
      ),
    ).data();
    expect(Object.keys(subjects)).toEqual(['service', 'resource#other', 'inbound#other']);
    expect(subjects['resource#other']).toMatchObject({ outcomes: { ok: 3, '503': 1 }, refusals: { other: 2 } });
    expect(subjects['service']).toMatchObject({ functions: { other: 1 }, refusals: { other: 2 } });
  });

  it("of targets and rules are nobody's", () => {
    const detail = { dependencies: { payments: { target: long } }, keys: { [long]: [['a', 1, 0] as const] } };
    const { subjects } = slotOf(minuteOf({ calls: { payments: { outcomes: { ok: 1 } } } }, detail)).data();
    expect(subjects['dependency#payments']?.target).toBeUndefined();
    expect(subjects['service']?.keys).toEqual({});
  });
});

/** Whole minutes, without what is cut off when there is much of it: busiest keys and errors. */
const tally = fc.record({
  outcomes: fc.dictionary(fc.constantFrom('ok', '503', 'timeout', 'refused'), fc.integer({ min: 1, max: 1_000 })),
  durations: fc
    .array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { maxLength: 10 })
    .map((values) => encoded(...values)),
  maxMs: fc.constant(1e6),
});
const minute = fc
  .record({
    resources: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tally),
    calls: fc.dictionary(fc.constantFrom('payments', 'stock'), tally),
    refusals: fc.dictionary(fc.constantFrom('throttle/x/a', 'breaker/payments/b'), fc.integer({ min: 1, max: 9 })),
  })
  .map((changes) => minuteOf(changes));

describe('sums of sums', () => {
  it('are the sums of all minutes, however these are put together', () => {
    fc.assert(
      fc.property(fc.array(minute, { minLength: 2, maxLength: 12 }), fc.integer({ min: 1, max: 11 }), (minutes, at) => {
        const parts = [minutes.slice(0, at), minutes.slice(at)].map((part) => slotOf(...part).data());
        const whole = slotOf(...minutes).data();
        const together = new Slot();
        for (const part of parts) together.add(JSON.parse(JSON.stringify(part)) as SlotData);
        expect(withoutInstances(together.data())).toEqual(withoutInstances(whole));
      }),
      { numRuns: 60 },
    );
  });

  it('have the most instances that any of them had', () => {
    const slot = new Slot();
    for (const instances of [3, 9, 4]) slot.add({ subjects: { service: { instances } } });
    expect(slot.sum('service')?.instances).toBe(9);
  });
});

/** Sorted, since in which order names are met is of no meaning. */
function withoutInstances({ subjects }: SlotData): unknown {
  const entries = Object.entries(subjects).map(([subject, sum]) => [
    subject,
    // How many reported depends on how long the stretch is.
    { ...sum, instances: 0, revisions: 0, versions: 0, functions: 0 },
  ]);
  return Object.fromEntries(entries);
}
