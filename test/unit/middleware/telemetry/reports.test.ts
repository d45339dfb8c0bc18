// What is reported before there is anything that counts; each test begins with nothing loaded.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Item, Table } from '../../../../store/port.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { noTable, silentLogger, testInstance, testInvocation } from '../../../support/instance.ts';
import { SOON } from '../../../support/patience.ts';

beforeEach(() => {
  vi.resetModules();
  vi.doUnmock('../../../../middleware/telemetry/reporting.ts');
});

const RULES = { telemetry: { slow: '100ms', sample: '100%', redact: ['card'] } };

async function world(error: (message: string, fields: object) => void = () => {}) {
  const { telemetryPolicy } = await import('../../../../middleware/telemetry/policy.ts');
  const puts: Item[] = [];
  const table: Table = {
    ...noTable,
    put({ item }) {
      puts.push(item);
      return Promise.resolve({ applied: true, item });
    },
  };
  const instance = testInstance({ rules: RULES, table, logger: { ...silentLogger, error } });
  instance.rules.register(telemetryPolicy);
  const begin = () => {
    const invocation = testInvocation(instance);
    void telemetryPolicy.before?.(invocation, invocation.snapshot.of(telemetryPolicy));
    return invocation;
  };
  return { instance, puts, begin, minutes: () => puts.filter(({ sk }) => sk !== 'announcement') };
}

const settled = (instance: Instance) => vi.waitFor(() => expect(instance.syncs.idle).toBe(true), SOON);
const preloaded = () => import('../../../../middleware/telemetry/reporting.ts');

describe('what is reported before the code for it is there', () => {
  it('is counted by the rules in force, and put with the first invocation', async () => {
    const { instance, begin, minutes } = await world();
    await preloaded();
    const invocation = begin();
    instance.recorder.internal('rules:rejected');
    instance.recorder.call(
      'payments',
      'timeout',
      30,
      { outcome: 'timeout', sent: true, error: new Error('x') },
      invocation,
    );
    instance.recorder.attempt('payments', 'ok', 30, 2);
    instance.recorder.refusal('breaker', 'payments', 'default', 1, true);
    instance.recorder.transition('payments', 'CLOSED', 'OPEN');
    instance.recorder.key({ name: 'per-client', key: ['client'], storedKeyOf: (raw) => raw }, 'a', 1);
    invocation.error = new Error('card=4711');
    instance.recorder.invocation('default', 'error', 250, true, invocation);
    await settled(instance);
    expect(minutes()).toHaveLength(1);
    const { unpackDetail } = await import('../../../../store/items/telemetry-detail.ts');
    const [minute] = minutes();
    expect(minute).toMatchObject({
      resources: { default: { outcomes: { error: 1 }, cold: 1, slow: 1 } },
      calls: { payments: { outcomes: { timeout: 1 } } },
      attempts: { payments: { outcomes: { ok: 1 } } },
      shadow: { 'breaker/payments/default': 1 },
      transitions: { 'payments/CLOSED/OPEN': 1 },
      internal: { 'rules:rejected': 1 },
    });
    const detail = unpackDetail(minute?.['detail'] as Uint8Array);
    expect(detail).toMatchObject({ keys: { 'per-client': [['a', 1, 0]] }, dependencies: { payments: { retries: 1 } } });
    expect(detail.samples).toMatchObject([{ why: 'failed', error: detail.errors?.[1]?.id ?? '' }]);
    expect(JSON.stringify(detail)).not.toContain('4711');
  });

  it('is told by one that counts from then on', async () => {
    const { instance, begin } = await world();
    await preloaded();
    const reports = instance.recorder;
    reports.invocation('default', 'ok', 1, true, begin());
    await settled(instance);
    expect(instance.recorder).not.toBe(reports);
    // Whoever has kept the first one tells the same.
    reports.internal('one');
    instance.recorder.internal('two');
    const { CountingRecorder } = await preloaded();
    expect(instance.recorder).toBeInstanceOf(CountingRecorder);
    expect((instance.recorder as InstanceType<typeof CountingRecorder>).take().internal).toEqual({ one: 1, two: 1 });
  });

  it('is forgotten when the code cannot be loaded: said once, and no invocation is the worse for it', async () => {
    vi.doMock('../../../../middleware/telemetry/reporting.ts', () => {
      throw new Error('no such file');
    });
    const lines: string[] = [];
    const { instance, begin, puts } = await world((message) => void lines.push(message));
    for (let i = 0; i < 3; i++) {
      instance.recorder.invocation('default', 'ok', 1, i === 0, begin());
      await settled(instance);
    }
    expect(lines).toEqual(['flyball could not load a policy']);
    expect(puts).toEqual([]);
  });
});

describe('an instance', () => {
  it('redacts by the rules in force as soon as it can', async () => {
    const { instance, begin } = await world();
    await preloaded();
    instance.recorder.invocation('default', 'ok', 1, true, begin());
    await settled(instance);
    expect(instance.redact('card=4711 password=x iban=y')).toBe('card=[redacted] password=[redacted] iban=y');
  });
});
