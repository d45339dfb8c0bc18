import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitting, LARGEST_ITEM_BYTES, sizeOf } from '../../../../middleware/telemetry/fit.ts';
import { CountingRecorder } from '../../../../middleware/telemetry/recorder.ts';
import { unpackDetail, type MinuteDetail } from '../../../../store/items/telemetry-detail.ts';
import { minuteItem, type Tallies, type TelemetryMinute } from '../../../../store/items/telemetry.ts';

const FROM = Date.UTC(2026, 0, 5, 12, 0, 30);

function minuteWith(count: (recorder: CountingRecorder) => void): TelemetryMinute {
  const recorder = new CountingRecorder(() => {});
  count(recorder);
  return {
    service: 'orders',
    instance: '1a2b3c4d-5e6f7a8b',
    from: FROM,
    to: FROM + 60_000,
    revision: 12,
    version: '0.1.0',
    functionName: 'flyball-prod-orders',
    functionVersion: '$LATEST',
    cell: '000000000000:eu-central-1:prod',
    ...recorder.take(),
  };
}

const sizeOfItem = (minute: TelemetryMinute) => sizeOf(minuteItem(minute));
const totalOf = (tallies: Tallies) =>
  Object.values(tallies)
    .flatMap(({ outcomes }) => Object.values(outcomes))
    .reduce((sum, count) => sum + count, 0);

/** Durations around `middle`, as a service has them. */
const around = (middle: number, i: number) => middle * (0.7 + ((i * 7919) % 100) / 100);

describe('a minute that fits', () => {
  it('is typically under 1 KB: two resources, one dependency, 1200 requests', () => {
    const minute = minuteWith((recorder) => {
      for (let i = 0; i < 600; i++) {
        recorder.invocation('create-order', i % 50 ? 'ok' : '503', around(45, i), i === 0);
        recorder.invocation('read-order', 'ok', around(6, i), false);
        recorder.call('payments', i % 50 ? 'ok' : 'timeout', around(30, i));
        recorder.attempt('payments', i % 50 ? 'ok' : 'timeout', around(30, i));
      }
      recorder.refusal('throttle', 'per-client', 'create-order', 12, false);
    });
    expect(sizeOfItem(minute)).toBeLessThan(1024);
    expect(fitting(minute)).toBe(minute);
  });
});

describe('a minute that does not fit', () => {
  const minute = minuteWith((recorder) => {
    for (let name = 0; name < 200; name++) {
      for (let i = 0; i < 200 - name; i++) recorder.invocation(`resource-${name}`, 'ok', around(20 + name, i), false);
      recorder.attempt(`host-${name}.example.com`, 'ok', 10);
    }
  });

  it('keeps the busiest names, counts the rest together, and loses no count', () => {
    expect(sizeOfItem(minute)).toBeGreaterThan(LARGEST_ITEM_BYTES);
    const fitted = fitting(minute);
    expect(sizeOfItem(fitted)).toBeLessThanOrEqual(LARGEST_ITEM_BYTES);
    expect(totalOf(fitted.resources)).toBe(totalOf(minute.resources));
    expect(fitted.resources['resource-0']).toEqual(minute.resources['resource-0']);
    expect(fitted.resources['resource-199']).toBeUndefined();
    expect(fitted.resources['other']?.durations).toBeInstanceOf(Uint8Array);
  });

  it('is bounded even at its worst', () => {
    const worst = minuteWith((recorder) => {
      for (let name = 0; name < 300; name++) {
        const long = `${'n'.repeat(200)}-${name}`;
        for (let outcome = 0; outcome < 20; outcome++) {
          const code = `business:${'C'.repeat(60)}_${outcome}` as const;
          recorder.invocation(long, code, 2 ** (outcome - 5), false);
          recorder.call(long, code, 2 ** (outcome - 5));
          recorder.attempt(long, code, 2 ** (outcome - 5));
        }
        recorder.refusal('throttle', long, long, 1, false);
        recorder.transition(long, 'CLOSED', 'OPEN');
        recorder.internal(long);
      }
    });
    expect(sizeOfItem(fitting(worst))).toBeLessThanOrEqual(LARGEST_ITEM_BYTES);
  });
});

describe('particulars', () => {
  const counts = minuteWith((recorder) => recorder.invocation('create-order', 'ok', 20, false));
  const random = (bytes: number) => randomBytes(bytes).toString('base64');
  const of = (many: number, make: (i: number) => unknown) => Array.from({ length: many }, (_, i) => make(i));
  const large = (kb: Partial<Record<keyof MinuteDetail, number>>): MinuteDetail =>
    ({
      machine: { memoryMb: 80 },
      inbound: { http: { outcomes: { ok: 1 }, durations: random((kb.inbound ?? 0) * 1000) } },
      resources: { 'create-order': { left: random((kb.resources ?? 0) * 1000) } },
      dependencies: { payments: { target: 'function:payments' } },
      errors: of((kb.errors ?? 0) * 5, () => ({ id: random(9), type: 'E', shape: random(200), frame: '', count: 1 })),
      keys: { 'per-client': of((kb.keys ?? 0) * 10, () => [random(100), 1, 0]) },
      samples: of((kb.samples ?? 0) * 10, () => ({ why: 'failed', requestId: random(100) })),
    }) as unknown as MinuteDetail;
  const told = (minute: TelemetryMinute) => unpackDetail(minute.detail);

  it('go along when there is room', () => {
    const detail = large({ samples: 2, errors: 2, keys: 1 });
    const fitted = fitting(counts, detail);
    expect(told(fitted)).toEqual(detail);
    expect(fitted).toMatchObject(counts);
  });

  it.each([
    [
      'first two samples of three',
      { samples: 18 },
      ['machine', 'inbound', 'resources', 'dependencies', 'errors', 'keys', 'samples'],
    ],
    [
      'then all samples',
      { samples: 12, keys: 14 },
      ['machine', 'inbound', 'resources', 'dependencies', 'errors', 'keys'],
    ],
    ['then keys', { samples: 8, keys: 10, errors: 12 }, ['machine', 'inbound', 'resources', 'dependencies', 'errors']],
    ['then errors', { keys: 10, errors: 10, resources: 12 }, ['machine', 'inbound', 'resources', 'dependencies']],
    ['then sizes', { errors: 10, resources: 18 }, ['machine', 'inbound', 'dependencies']],
    ['and callers last', { inbound: 18 }, ['machine']],
  ])('are left out %s', (_what, kb, left) => {
    const fitted = fitting(counts, large(kb));
    expect(Object.keys(told(fitted)).sort()).toEqual([...left].sort());
    expect(sizeOfItem(fitted)).toBeLessThanOrEqual(LARGEST_ITEM_BYTES);
    expect(fitted.resources).toEqual(counts.resources);
  });

  it('are of the names alone that have counts of their own', () => {
    const many = minuteWith((recorder) => {
      for (let name = 0; name < 200; name++)
        for (let i = 0; i < 400; i++)
          recorder.invocation(`resource-${name}`, name < 3 ? 'ok' : 'error', 2 ** (i % 25), false);
    });
    const resources = Object.fromEntries(Object.keys(many.resources).map((name) => [name, { left: 'AAAA' }]));
    const fitted = fitting(many, { resources });
    expect(Object.keys(fitted.resources).length).toBeLessThan(200);
    for (const name of Object.keys(told(fitted).resources ?? {})) expect(fitted.resources).toHaveProperty([name]);
  });

  it('never make an item too large, whatever they are', () => {
    const kb = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(
        fc.record({ samples: kb, keys: kb, errors: kb, resources: kb, inbound: kb }),
        (sizes) => sizeOfItem(fitting(counts, large(sizes))) <= LARGEST_ITEM_BYTES,
      ),
      { numRuns: 25 },
    );
  });
});
