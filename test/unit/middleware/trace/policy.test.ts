import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Invocation } from '../../../../middleware/kernel/invocation.ts';
import { compose, type Call, type Send } from '../../../../middleware/kernel/outbound.ts';
import { createTracing } from '../../../../middleware/trace/policy.ts';
import type { Recorded, Tracer } from '../../../../middleware/trace/tracer.ts';
import { httpV2 } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { reply, testCall } from '../../../support/outbound.ts';

const SAMPLED = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const NOT_SAMPLED = SAMPLED.replace('Sampled=1', 'Sampled=0');

interface Traced {
  readonly recorded: Recorded[];
  readonly prepared: () => number;
  readonly invocation: Invocation;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly begin: () => void;
  readonly end: (outcome: Invocation['outcome'], error?: unknown) => Promise<void>;
  readonly call: (send: Send, overrides?: Partial<Call>) => Promise<unknown>;
  readonly internal: string[];
}

function traced(runtimeHeader: string | undefined, event: unknown = httpV2(), emit?: Tracer['emit']): Traced {
  const recorded: Recorded[] = [];
  const internal: string[] = [];
  let prepared = 0;
  const tracer: Tracer = { prepare: () => void prepared++, emit: emit ?? ((one) => void recorded.push(one)) };
  const { policy, outbound } = createTracing(tracer, () => runtimeHeader);
  const clock = fakeClock();
  let chance = 0;
  const instance = testInstance({ clock, random: () => (chance += 1 / 1024) % 1 });
  instance.recorder = { ...instance.recorder, internal: (event) => void internal.push(event) };
  const invocation = testInvocation(instance, event);
  const stage = outbound.stage('payments', {}, instance);
  return {
    recorded,
    internal,
    prepared: () => prepared,
    invocation,
    clock,
    begin: () => void policy.before?.(invocation, undefined),
    async end(outcome, error) {
      invocation.outcome = outcome;
      invocation.error = error;
      await policy.after?.(invocation, undefined);
    },
    call: (send, overrides) => compose(stage ? [stage] : [], send)(testCall(invocation, overrides)),
  };
}

describe('an invocation that is sampled', () => {
  it('is recorded with service, resource, revision and outcome, under the span of Lambda itself', async () => {
    const { begin, end, clock, recorded } = traced(SAMPLED);
    begin();
    clock.advance(25);
    await end('ok');
    expect(recorded).toHaveLength(1);
    expect(recorded[0]).toMatchObject({
      traceId: '5759e988bd862e3fe1be46a994272793',
      parentId: '53995c3f42cd8ad8',
      root: {
        name: 'flyball',
        mark: undefined,
        annotations: { service: 'orders', resource: 'default', revision: 0, outcome: 'ok' },
      },
    });
    const root = recorded[0]?.root;
    expect((root?.endedAt ?? 0) - (root?.startedAt ?? 0)).toBe(25);
  });

  it('says which rule refused it, and is marked as too much, not as a fault', async () => {
    const { begin, end, invocation, recorded } = traced(SAMPLED);
    begin();
    const refusal = new Refused({ by: 'throttle', rule: 'per-client', statusCode: 429, message: 'too many' });
    invocation.refusal = refusal;
    await end('refused', refusal);
    expect(recorded[0]?.root).toMatchObject({
      mark: 'throttle',
      annotations: { refused_by: 'throttle', refused_rule: 'per-client', outcome: 'refused' },
    });
  });

  it.each([
    ['error', 'fault'],
    ['500', 'fault'],
    ['timeout', 'fault'],
    ['404', 'error'],
    ['business:CARD_DECLINED', 'error'],
    ['throttled', 'throttle'],
  ] as const)('that ends in %s is marked as %s', async (outcome, mark) => {
    const { begin, end, recorded } = traced(SAMPLED);
    const error = new Error('boom');
    begin();
    await end(outcome, error);
    expect(recorded[0]?.root).toMatchObject({ mark, error });
  });

  it('loads what sends while the handler runs', () => {
    const { begin, prepared } = traced(SAMPLED);
    begin();
    expect(prepared()).toBe(1);
  });
});

describe('an attempt of a sampled invocation', () => {
  it('is a span of its own, and carries that to what it calls', async () => {
    const { begin, call, end, clock, recorded, invocation } = traced(SAMPLED);
    begin();
    const carried: (string | undefined)[] = [];
    await call((one) => {
      carried.push(one.carried?.['x-amzn-trace-id']);
      clock.advance(40);
      return Promise.resolve(reply('timeout', { error: new Error('late') }));
    });
    await end('ok');
    const [span] = recorded[0]?.root.children ?? [];
    expect(span).toMatchObject({
      name: 'payments',
      remote: true,
      mark: 'fault',
      annotations: { attempt: 1, outcome: 'timeout' },
    });
    expect((span?.endedAt ?? 0) - (span?.startedAt ?? 0)).toBe(40);
    expect(carried).toEqual([`Root=1-5759e988-bd862e3fe1be46a994272793;Parent=${span?.id ?? ''};Sampled=1`]);
    expect(invocation.carried['x-amzn-trace-id']).toContain(`Parent=${recorded[0]?.root.id ?? ''}`);
  });

  it('keeps its place in the trace while others are under way', async () => {
    const { begin, call, end, recorded } = traced(SAMPLED);
    begin();
    const parents: Record<number, string | undefined> = {};
    const send: Send = async (one) => {
      await Promise.resolve();
      parents[one.attempt] = one.carried?.['traceparent'];
      return reply('ok');
    };
    await Promise.all([call(send, { attempt: 1 }), call(send, { attempt: 2 })]);
    await end('ok');
    for (const span of recorded[0]?.root.children ?? []) {
      expect(parents[Number(span.annotations['attempt'])]).toContain(span.id);
    }
    expect(recorded[0]?.root.children).toHaveLength(2);
  });

  it('is still made, though not recorded, when there are more than anybody reads', async () => {
    const { begin, call, end, recorded } = traced(SAMPLED);
    begin();
    let sent = 0;
    for (let i = 0; i < 150; i++) await call(() => Promise.resolve(reply('ok', { value: sent++ })));
    await end('ok');
    expect([sent, recorded[0]?.root.children.length]).toEqual([150, 99]);
  });
});

describe('an invocation that is not sampled', () => {
  it.each([
    ['by Lambda', NOT_SAMPLED, httpV2()],
    ['since only a header from outside says so', undefined, httpV2({ headers: { 'x-amzn-trace-id': SAMPLED } })],
  ])('%s is not recorded, and its trace is carried on', async (_why, runtime, event) => {
    const { begin, call, end, recorded, prepared, invocation } = traced(runtime, event);
    begin();
    await call(() => Promise.resolve(reply('ok')));
    await end('ok');
    expect([recorded.length, prepared()]).toEqual([0, 0]);
    expect(invocation.carried['x-amzn-trace-id']).toBe(runtime ?? SAMPLED);
  });

  it('carries nothing where there is no trace', async () => {
    const { begin, call, invocation } = traced(undefined);
    begin();
    await call(() => Promise.resolve(reply('ok')));
    expect(invocation.carried).toEqual({});
  });

  it('costs nothing until it calls something', () => {
    const { begin, invocation } = traced(NOT_SAMPLED);
    begin();
    expect(invocation.carried).toEqual({});
  });
});

describe('a tracer that fails', () => {
  it.each([
    [
      'at once',
      () => {
        throw new Error('no daemon');
      },
    ],
    ['later', () => Promise.reject(new Error('no daemon'))],
  ])('%s is counted, and harms nothing', async (_when, emit) => {
    const { begin, end, internal } = traced(SAMPLED, httpV2(), emit);
    begin();
    await expect(end('ok')).resolves.toBeUndefined();
    expect(internal).toEqual(['trace:unsent']);
  });
});
