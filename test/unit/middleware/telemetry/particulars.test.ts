import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../../../../middleware/kernel/outcome.ts';
import { triggerOf } from '../../../../middleware/kernel/trigger.ts';
import { bucketOf, Histogram } from '../../../../middleware/telemetry/histogram.ts';
import { Particulars } from '../../../../middleware/telemetry/particulars.ts';
import { compileRedaction } from '../../../../middleware/telemetry/redact.ts';
import { DependencyFailed, Refused } from '../../../../middleware/kernel/errors.ts';
import { lambdaContext } from '../../../../middleware/testing/context.ts';
import type { PackedHistogram } from '../../../../store/items/telemetry-detail.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation, type TestInstanceOptions } from '../../../support/instance.ts';

const NOW = Date.UTC(2026, 0, 5, 12, 0, 30);

interface Ended {
  readonly event?: unknown;
  /** What the event brought inside of it. */
  readonly becomes?: unknown;
  readonly response?: unknown;
  readonly outcome?: Outcome;
  readonly ms?: number;
  readonly slow?: boolean;
  readonly share?: number;
  readonly requestId?: string;
  readonly givenMs?: number;
  readonly waitedMs?: number;
  readonly error?: unknown;
  readonly refusal?: Refused;
  readonly carried?: Record<string, string>;
}

function world(options: TestInstanceOptions = {}) {
  const clock = fakeClock(NOW);
  const instance = testInstance({ clock, ...options });
  instance.redact = compileRedaction(['card']);
  const particulars = new Particulars(instance);
  const end = (ended: Ended = {}) => {
    const { outcome = 'ok', ms = 10, requestId = 'request-1', share = 0 } = ended;
    const context = lambdaContext(clock, ended.givenMs ?? 30_000, { awsRequestId: requestId });
    const invocation = testInvocation(instance, ended.event ?? events.httpV2(), context);
    if (ended.becomes !== undefined) invocation.become(ended.becomes, triggerOf(ended.becomes));
    invocation.response = ended.response;
    invocation.outcome = outcome;
    invocation.error = ended.error;
    invocation.refusal = ended.refusal;
    invocation.storeWaitedMs = ended.waitedMs ?? 0;
    Object.assign(invocation.carried, ended.carried);
    particulars.invocation(invocation, outcome, ms, bucketOf(ms), ended.slow ?? false, share);
    return invocation;
  };
  return { clock, instance, particulars, end, read: () => particulars.read(['payments']) };
}

const histogramOf = (packed: PackedHistogram | undefined) => Histogram.decode(Buffer.from(packed ?? '', 'base64'));

describe('what is told of a resource', () => {
  it('is what came in and went out, what was left and what was waited for', () => {
    const { end, read, particulars } = world();
    const invocation = end({ response: { statusCode: 200, body: 'x'.repeat(1000) }, ms: 10_000, waitedMs: 40 });
    invocation.bytesIn = 500;
    particulars.invocation(invocation, 'ok', 10_000, bucketOf(10_000), false, 0);
    const { waits, bytesIn, bytesOut, left } = read().resources?.['default'] ?? {};
    expect(histogramOf(bytesOut).quantile(0.5)).toBeCloseTo(1000, -2);
    expect(histogramOf(bytesIn).count).toBe(1);
    expect(histogramOf(bytesIn).quantile(0.5)).toBeCloseTo(500, -2);
    expect(histogramOf(left).quantile(0.5)).toBeCloseTo(20_000, -3);
    expect(histogramOf(waits).quantile(0.5)).toBeCloseTo(40, -1);
  });

  it('leaves out what nobody waited for, and sizes of what is no text', () => {
    const { end, read } = world();
    end({ response: { statusCode: 200, body: { a: 1 } } });
    expect(Object.keys(read().resources?.['default'] ?? {})).toEqual(['left']);
  });
});

describe('what is told of who calls', () => {
  it.each([
    ['http', events.httpV2()],
    ['queue:settlement', events.sqs([{ body: 'x' }], 'settlement')],
    ['service:orders', { headers: { 'x-flyball-caller': 'orders' } }],
    ['direct', { headers: { 'x-flyball-caller': 'not a service' } }],
    [
      'direct',
      { headers: { 'x-flyball-caller': 'orders' }, requestContext: { connectionId: 'c', routeKey: '$default' } },
    ],
    ['direct', { a: 1 }],
  ])('names %s', (source, event) => {
    const { end, read } = world();
    end({ event, outcome: '503', ms: 20, share: 1 });
    const { inbound, samples } = read();
    expect(inbound?.[source]).toMatchObject({ outcomes: { '503': 1 }, maxMs: 20 });
    expect(samples?.[0]?.source).toBe(source);
  });

  it('believes no header of a web request', () => {
    const { end, read } = world();
    end({ event: events.httpV2({ headers: { 'x-flyball-caller': 'orders' } }) });
    expect(Object.keys(read().inbound ?? {})).toEqual(['http']);
  });

  const at = new Date(NOW - 5_000).toISOString();
  it.each([
    [
      'a message',
      {
        Records: [
          { eventSource: 'aws:sqs', eventSourceARN: 'a:b:q', attributes: { SentTimestamp: String(NOW - 5_000) } },
        ],
      },
      'queue:q',
    ],
    [
      'the oldest of several messages',
      {
        Records: [1, 5, 3].map((s) => ({
          eventSource: 'aws:sqs',
          eventSourceARN: 'a:b:q',
          attributes: { SentTimestamp: String(NOW - s * 1_000) },
        })),
      },
      'queue:q',
    ],
    ['an object', { Records: [{ eventSource: 'aws:s3', eventTime: at, s3: { bucket: { name: 'b' } } }] }, 'bucket:b'],
    ['a notification', { Records: [{ EventSource: 'aws:sns', Sns: { Timestamp: at, TopicArn: 'a:b:t' } }] }, 'topic:t'],
    [
      'a change',
      {
        Records: [
          {
            eventSource: 'aws:dynamodb',
            eventSourceARN: 'arn/t/stream/x',
            dynamodb: { ApproximateCreationDateTime: (NOW - 5_000) / 1000 },
          },
        ],
      },
      'stream:t',
    ],
    [
      'a schedule',
      { 'detail-type': 'Scheduled Event', source: 'aws.events', time: at, resources: ['arn:rule/nightly'] },
      'schedule:nightly',
    ],
    ['an event', { 'detail-type': 'x', source: 'shop', time: at }, 'event:shop'],
  ])('knows how old %s was', (_what, event, source) => {
    const { end, read } = world();
    end({ event });
    const told = read().inbound?.[source];
    expect(told?.maxAgeMs).toBe(5_000);
    expect(histogramOf(told?.ages).count).toBe(1);
  });

  it.each([
    [{ Records: [{ eventSource: 'aws:sqs', attributes: null }] }],
    [{ 'detail-type': 'x', source: 'shop', time: 'soon' }],
  ])('knows no age of %j', (event) => {
    const { end, read } = world();
    end({ event });
    expect(Object.values(read().inbound ?? {})).toMatchObject([{ outcomes: { ok: 1 } }]);
    expect(Object.values(read().inbound ?? {})[0]).not.toHaveProperty('ages');
  });

  it('is the age by the store’s clock when this machine’s is off', () => {
    const { end, read, particulars } = world();
    particulars.offsetMs = 3_000;
    end({ event: { 'detail-type': 'x', source: 'shop', time: at } });
    expect(read().inbound?.['event:shop']?.maxAgeMs).toBe(8_000);
  });

  it('has room for fifty sources', () => {
    const { end, read } = world();
    for (let i = 0; i < 500; i++) end({ event: { headers: { 'x-flyball-caller': `service-${i}` } } });
    const inbound = read().inbound ?? {};
    expect(Object.keys(inbound)).toHaveLength(51);
    expect(Object.values(inbound).reduce((sum, { outcomes }) => sum + (outcomes['ok'] ?? 0), 0)).toBe(500);
  });
});

describe('what is told of a parking queue', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is that it is there, as long as events may wait in it', () => {
    vi.stubEnv('FLYBALL_PARKING_QUEUE', 'https://sqs.eu-central-1.amazonaws.com/000000000000/thumbnails-parking');
    const { end, read } = world();
    end({ event: events.s3() });
    expect(read().inbound).toMatchObject({ 'queue:thumbnails-parking': { outcomes: {} } });
  });

  it('is how old its messages were, and not one invocation more', () => {
    const { end, read } = world();
    const at = String(NOW - 60_000);
    const parked = {
      Records: [{ eventSource: 'aws:sqs', eventSourceARN: 'a:b:q', attributes: { SentTimestamp: at } }],
    };
    end({ event: parked, becomes: events.s3() });
    expect(read().inbound?.['queue:q']).toMatchObject({ outcomes: {}, maxAgeMs: 60_000 });
    expect(read().inbound?.['bucket:uploads-bucket']?.outcomes).toEqual({ ok: 1 });
  });

  it('is nothing where there is none', () => {
    const { end, read } = world();
    end({ event: events.s3() });
    expect(Object.keys(read().inbound ?? {})).toEqual(['bucket:uploads-bucket']);
  });
});

describe('what is told of a dependency', () => {
  it('is its retries, sizes and target', () => {
    const rules = { dependencies: { payments: { target: { url: 'https://pay.example.com/v1' } } } };
    const { particulars, read } = world({ rules });
    const reply = { outcome: 'ok', sent: true, bytesIn: 300, bytesOut: 100 } as const;
    particulars.attempt('payments', 1, reply);
    particulars.attempt('payments', 2, reply);
    particulars.attempt('payments', 3, undefined);
    const { retries, target, bytesIn, bytesOut } = read().dependencies?.['payments'] ?? {};
    expect([retries, target]).toEqual([2, 'host:pay.example.com']);
    expect([histogramOf(bytesIn).count, histogramOf(bytesOut).count]).toEqual([2, 2]);
  });

  it.each([
    [{ function: 'payments' }, 'function:payments'],
    [{ function: 'payments', alias: 'live' }, 'function:payments'],
    [{ function: 'arn:aws:lambda:eu-central-1:1:function:shop-payments:live' }, 'function:shop-payments'],
    [{ function: '1:function:shop-payments' }, 'function:shop-payments'],
    [{ function: 'shop-payments:7' }, 'function:shop-payments'],
    [{ url: 'http://localhost:8080' }, 'host:localhost:8080'],
  ])('whose rule says %j is %s', (target, name) => {
    const { read } = world({ rules: { dependencies: { payments: { target } } } });
    expect(read().dependencies?.['payments']?.target).toBe(name);
  });
});

describe('the busiest keys of a rule', () => {
  const ruleOf = (key: readonly string[]) => ({ name: 'per-client', key, storedKeyOf: (raw: string) => raw });

  it('are told as the table has them', () => {
    const { particulars, read } = world();
    const rule = { ...ruleOf(['client']), storedKeyOf: (raw: string) => `stored-${raw}` };
    for (let i = 0; i < 3; i++) particulars.key(rule, 'a', 2);
    expect(read().keys).toEqual({ 'per-client': [['stored-a', 6, 0]] });
  });

  it.each([
    ['an address', ['path:user'], 'jane@example.com'],
    ['a field that must not leave', ['path:card'], '4711'],
    ['such a field among others', ['ip', 'path:card'], '10.0.0.1,4711'],
  ])('are hashed when they are %s', (_what, key, raw) => {
    const { particulars, read } = world();
    particulars.key(ruleOf(key), raw, 1);
    const written = read().keys?.['per-client']?.[0]?.[0] ?? '';
    expect(written).toMatch(/~[\w-]{16}$/);
    expect(written).not.toContain(raw.split(',').at(-1));
  });

  it('go on when a revision leaves the key as it was, and begin anew when it does not', () => {
    const { particulars, read } = world();
    particulars.key(ruleOf(['client']), 'a', 1);
    particulars.key(ruleOf(['client']), 'a', 1);
    expect(read().keys?.['per-client']).toEqual([['a', 2, 0]]);
    particulars.key(ruleOf(['source']), 'a', 1);
    expect(read().keys?.['per-client']).toEqual([['a', 1, 0]]);
  });
});

describe('the machine', () => {
  it('has memory, a temporary folder and the function’s own timeout', () => {
    const { end, read } = world();
    end({ givenMs: 29_998 });
    end({ givenMs: 4_000 });
    const { memoryMb = 0, tmpMb = -1, tmpLimitMb = 0, timeoutMs } = read().machine ?? {};
    expect(memoryMb).toBeGreaterThan(10);
    expect(tmpMb).toBeGreaterThanOrEqual(0);
    expect(tmpLimitMb).toBeGreaterThan(0);
    expect(timeoutMs).toBe(30_000);
  });
});

describe('the limit of memory', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['there when Lambda says so', '10240', 10_240],
    ['not there when Lambda does not', '', undefined],
    ['not there when it cannot be this process’s', '1', undefined],
  ])('is %s', (_what, size, limit) => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', size);
    expect(world().read().machine?.memoryLimitMb).toBe(limit);
  });
});

describe('samples', () => {
  const refusal = new Refused({ by: 'throttle', rule: 'per-client', statusCode: 429, message: 'no' });

  it('are what was slow, failed or refused', () => {
    const { end, read } = world();
    end({ slow: true, ms: 900, requestId: 'slow', waitedMs: 12.3456 });
    end({ outcome: 'error', error: new TypeError('x'), requestId: 'failed' });
    end({ outcome: '503', requestId: 'answered 503' });
    end({ outcome: 'business:CARD_DECLINED', requestId: 'declined' });
    end({ outcome: 'refused', refusal, requestId: 'refused' });
    end({ outcome: '404', requestId: 'not found' });
    end({ outcome: 'throttled', requestId: 'told to wait' });
    const { samples = [], errors = [] } = read();
    const why = Object.fromEntries(samples.map((sample) => [sample.requestId, sample.why]));
    expect(why).toEqual({
      slow: 'slow',
      failed: 'failed',
      'answered 503': 'failed',
      declined: 'failed',
      refused: 'refused',
    });
    expect(samples.find(({ why }) => why === 'refused')?.by).toBe('throttle/per-client');
    expect(samples.find(({ requestId }) => requestId === 'failed')?.error).toBe(errors[0]?.id);
    expect(samples.find(({ why }) => why === 'slow')).toMatchObject({ ms: 900, waitedMs: 12.35, weight: 1 });
    expect(errors).toHaveLength(1);
  });

  it('name who asked by hashes alone, and the trace by its id', () => {
    const { end, read } = world();
    end({
      share: 1,
      carried: { 'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8' },
    });
    const [sample] = read().samples ?? [];
    expect(sample).toMatchObject({ at: NOW, traceId: '1-5759e988-bd862e3fe1be46a994272793', resource: 'default' });
    expect(sample?.keys?.['ip']).toMatch(/^[\w-]{16}$/);
    expect(sample?.keys?.['client']).toBe(sample?.keys?.['ip']);
  });

  it('are the same requests whoever decides, and the stated share of many', () => {
    const drawn = (share: number) => {
      const { end, read } = world();
      for (let i = 0; i < 15; i++)
        end({ share, requestId: `8f5a3c1e-0b7d-4c2a-9e61-1d2c3b4a5${String(i).padStart(3, '0')}` });
      return (read().samples ?? []).map(({ requestId }) => requestId).sort();
    };
    expect(drawn(0.5)).toEqual(drawn(0.5));
    expect(new Set(drawn(1))).toEqual(new Set([...drawn(1), ...drawn(0.5), ...drawn(0.1)]));
    expect(drawn(1)).toHaveLength(15);
    expect(drawn(0)).toEqual([]);
  });

  it('stand together for all that there were, however many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.uuid(), { minLength: 400, maxLength: 400 }),
        (n, ids) => {
          const { end, read } = world();
          for (const requestId of ids.slice(0, n)) end({ outcome: 'error', requestId });
          const samples = read().samples ?? [];
          expect(samples.length).toBe(Math.min(10, n));
          expect(samples.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(n, 0);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('are at most ten of a kind and twenty by chance', () => {
    const { end, read } = world();
    for (let i = 0; i < 300; i++) {
      const requestId = `id-${i}`;
      end({ requestId, share: 1 });
      end({ requestId, slow: true });
      end({ requestId, outcome: 'error' });
      end({ requestId, outcome: 'refused', refusal });
    }
    const counts = new Map<string, number>();
    for (const { why } of read().samples ?? []) counts.set(why, (counts.get(why) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ failed: 10, refused: 10, slow: 10, sampled: 20 });
  });

  it('hold nothing of what was asked or answered', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9]{12,20}$/), (secret) => {
        const { end, read } = world();
        const event = events.httpV2({ headers: { authorization: secret }, body: `{"card":"${secret}"}` });
        end({ event, outcome: 'error', error: new Error(`card=${secret}`), response: { body: secret } });
        expect(JSON.stringify(read())).not.toContain(secret);
      }),
    );
  });
});

describe('failed calls', () => {
  it('have signatures under the dependency’s name; refusals and business failures have none', () => {
    const { particulars, instance, read } = world();
    const invocation = testInvocation(instance);
    particulars.failedCall('payments', 'timeout', new Error('no answer after 500 ms'), invocation);
    particulars.failedCall('payments', 'refused', new Error('open'), invocation);
    particulars.failedCall('payments', 'business:CARD_DECLINED', new Error('declined'), invocation);
    expect(read().errors).toMatchObject([{ where: 'payments', shape: 'no answer after <n> ms', count: 1 }]);
  });

  it('are told apart from the invocations they make fail', () => {
    const { end, read } = world();
    const failure = { dependency: 'payments', outcome: '503', attempts: 1, sent: true, response: undefined } as const;
    end({ outcome: 'error', error: new DependencyFailed(failure) });
    expect(read().errors).toMatchObject([{ type: 'DependencyFailed', where: 'default' }]);
  });
});

describe('a minute’s end', () => {
  it('leaves nothing but what the machine says', () => {
    const { end, particulars, read } = world();
    end({ outcome: 'error', error: new Error('x'), waitedMs: 5, share: 1 });
    particulars.attempt('payments', 2, undefined);
    particulars.clear();
    expect(Object.keys(read())).toEqual(['machine']);
  });
});
