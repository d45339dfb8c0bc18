import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Invocation } from '../../../../middleware/kernel/invocation.ts';
import { compose, type Call, type Send, type Stage } from '../../../../middleware/kernel/outbound.ts';
import { newSpanId } from '../../../../middleware/trace/context.ts';
import { incomingTrace } from '../../../../middleware/trace/incoming.ts';
import { createTracing } from '../../../../middleware/trace/policy.ts';
import { isSampled, tracers } from '../../../../middleware/trace/runtime.ts';
import type { Span } from '../../../../middleware/trace/span.ts';
import type { Begun, Tracer } from '../../../../middleware/trace/tracer.ts';
import { httpV2 } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { reply, testCall } from '../../../support/outbound.ts';

const SAMPLED = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const NOT_SAMPLED = SAMPLED.replace('Sampled=1', 'Sampled=0');

interface Traced {
  readonly recorded: Span[];
  readonly begun: () => number;
  readonly invocation: Invocation;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly begin: () => Promise<void>;
  readonly end: (outcome: Invocation['outcome'], error?: unknown) => Promise<void>;
  readonly call: (send: Send, overrides?: Partial<Call>, between?: readonly Stage[]) => Promise<unknown>;
  readonly internal: string[];
}

/** Takes what is sampled, as X-Ray does. */
function takingTracer(recorded: Span[], end?: Begun['end']): Tracer & { count: number } {
  return {
    count: 0,
    begin(invocation, header) {
      if (!isSampled(header)) return undefined;
      const trace = incomingTrace(invocation.trigger, invocation.event, header);
      const id = () => newSpanId(invocation.instance.random);
      this.count++;
      return {
        trace: trace ?? { xray: undefined, w3c: undefined, tracestate: undefined },
        traceId: trace?.xray?.traceId ?? '',
        rootId: id(),
        recorded: true,
        child: id,
        within: (_span, work) => work(),
        end: end ?? ((root) => void recorded.push(root)),
      };
    },
  };
}

function traced(runtimeHeader: string | undefined, event: unknown = httpV2(), end?: Begun['end']): Traced {
  const recorded: Span[] = [];
  const internal: string[] = [];
  const tracer = takingTracer(recorded, end);
  const tracing = createTracing(tracer, () => runtimeHeader);
  const clock = fakeClock();
  let chance = 0;
  const instance = testInstance({ clock, random: () => (chance += 1 / 1024) % 1 });
  instance.recorder = { ...instance.recorder, internal: (event) => void internal.push(event) };
  instance.redact = (text) => text.replaceAll('4111111111111111', '***');
  const invocation = testInvocation(instance, event);
  const outer = tracing.call.stage('payments', {}, instance);
  const inner = tracing.attempt.stage('payments', {}, instance);
  if (!outer || !inner) throw new Error('no stages');
  return {
    recorded,
    internal,
    begun: () => tracer.count,
    invocation,
    clock,
    begin: async () => void (await tracing.load()).before?.(invocation, undefined),
    async end(outcome, error) {
      invocation.outcome = outcome;
      invocation.error = error;
      await invocation.atEnd?.();
    },
    call: (send, overrides, between = []) => compose([outer, ...between, inner], send)(testCall(invocation, overrides)),
  };
}

/** As a retry makes them: each of a copy of the call. */
const twice: Stage = async (call, next) => {
  await next({ ...call, attempt: 1 });
  return next({ ...call, attempt: 2 });
};

describe('an invocation that is sampled', () => {
  it('is recorded with service, resource, revision and outcome', async () => {
    const { begin, end, clock, recorded } = traced(SAMPLED);
    await begin();
    clock.advance(25);
    await end('ok');
    expect(recorded).toHaveLength(1);
    expect(recorded[0]).toMatchObject({
      name: 'flyball',
      kind: 'invocation',
      mark: undefined,
      annotations: { service: 'orders', resource: 'default', revision: 0, outcome: 'ok' },
    });
    const root = recorded[0];
    expect((root?.endedAt ?? 0) - (root?.startedAt ?? 0)).toBe(25);
  });

  it('says which rule refused it, and is marked as too much, not as a fault', async () => {
    const { begin, end, invocation, recorded } = traced(SAMPLED);
    await begin();
    const refusal = new Refused({ by: 'throttle', rule: 'per-client', statusCode: 429, message: 'too many' });
    invocation.refusal = refusal;
    await end('refused', refusal);
    expect(recorded[0]).toMatchObject({
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
    await begin();
    await end(outcome, error);
    expect(recorded[0]).toMatchObject({ mark, failure: { name: 'Error', message: 'boom' } });
  });

  it('lets no error leave with what is to be kept from others', async () => {
    const { begin, end, recorded } = traced(SAMPLED);
    await begin();
    await end('error', new Error('card 4111111111111111 was refused'));
    expect(recorded[0]?.failure).toMatchObject({ message: 'card *** was refused' });
    expect(recorded[0]?.failure?.stack).toContain('card *** was refused');
    expect(JSON.stringify(recorded)).not.toContain('4111111111111111');
  });

  it('keeps no error where all went well', async () => {
    const { begin, end, recorded } = traced(SAMPLED);
    await begin();
    await end('ok', new Error('forgotten'));
    expect(recorded[0]?.failure).toBeUndefined();
  });
});

describe('a call of a sampled invocation', () => {
  it('is a span, with one beneath for each attempt; what an attempt reaches hangs under that', async () => {
    const { begin, call, end, clock, recorded, invocation } = traced(SAMPLED);
    await begin();
    const carried: (string | undefined)[] = [];
    const send: Send = (one) => {
      carried.push(one.carried?.['x-amzn-trace-id']);
      clock.advance(40);
      return Promise.resolve(one.attempt === 1 ? reply('timeout', { error: new Error('late') }) : reply('ok'));
    };
    await call(send, { operation: 'charge' }, [twice]);
    await end('ok');
    const [span] = recorded[0]?.children ?? [];
    expect(span).toMatchObject({
      name: 'payments',
      kind: 'call',
      mark: undefined,
      annotations: { operation: 'charge', attempts: 2, outcome: 'ok' },
    });
    expect((span?.endedAt ?? 0) - (span?.startedAt ?? 0)).toBe(80);
    const [first, second] = span?.children ?? [];
    expect(first).toMatchObject({
      name: 'payments',
      kind: 'attempt',
      mark: 'fault',
      failure: { message: 'late' },
      annotations: { operation: 'charge', attempt: 1, outcome: 'timeout' },
    });
    expect(second).toMatchObject({ kind: 'attempt', mark: undefined, annotations: { attempt: 2, outcome: 'ok' } });
    expect((first?.endedAt ?? 0) - (first?.startedAt ?? 0)).toBe(40);
    expect(carried).toEqual(
      [first, second].map((one) => `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=${one?.id ?? ''};Sampled=1`),
    );
    expect(invocation.carried['x-amzn-trace-id']).toContain(`Parent=${recorded[0]?.id ?? ''}`);
  });

  it('keeps its place in the trace while others are under way', async () => {
    const { begin, call, end, recorded } = traced(SAMPLED);
    await begin();
    const parents: Record<number, string | undefined> = {};
    const send: Send = async (one) => {
      await Promise.resolve();
      parents[one.attempt] = one.carried?.['traceparent'];
      return reply('ok');
    };
    await Promise.all([call(send, { attempt: 1 }), call(send, { attempt: 2 })]);
    await end('ok');
    const attempts = (recorded[0]?.children ?? []).map(({ children }) => children[0]);
    expect(attempts).toHaveLength(2);
    for (const span of attempts) {
      expect(parents[Number(span?.annotations['attempt'])]).toContain(span?.id ?? 'none');
    }
  });

  it('says which breaker refused it, without an attempt, and the state it met', async () => {
    const { begin, call, end, recorded } = traced(SAMPLED);
    await begin();
    const error = new Refused({ by: 'breaker', rule: 'payments', statusCode: 503, message: 'open' });
    const breaker: Stage = (one) => {
      one.trace?.note('breaker_state', 'OPEN');
      return Promise.resolve(reply('refused', { error, sent: false }));
    };
    await call(() => Promise.resolve(reply('ok')), {}, [(one, next) => next({ ...one }), breaker]);
    await end('error');
    expect(recorded[0]?.children).toHaveLength(1);
    expect(recorded[0]?.children[0]).toMatchObject({
      mark: 'throttle',
      annotations: { breaker_state: 'OPEN', refused_by: 'breaker', refused_rule: 'payments', outcome: 'refused' },
      children: [],
    });
  });

  it('leaves the count of its attempts on the call itself, where its errors read it', async () => {
    const instance = testInstance();
    const { call: policy } = createTracing(takingTracer([]), () => SAMPLED);
    const invocation = testInvocation(instance, httpV2());
    const made = testCall(invocation);
    const retry: Stage = (one, next) => {
      one.attempt = 3;
      return next({ ...one });
    };
    const stage = policy.stage('payments', {}, instance);
    await compose(stage ? [stage, retry] : [], () => Promise.resolve(reply('ok')))(made);
    expect(made.attempt).toBe(3);
  });

  it('is still made, though not recorded, when there are more than anybody reads', async () => {
    const { begin, call, end, recorded } = traced(SAMPLED);
    await begin();
    const carried = new Set<string | undefined>();
    let sent = 0;
    const send: Send = (one) => {
      carried.add(one.carried?.['x-amzn-trace-id'] ?? one.invocation.carried['x-amzn-trace-id']);
      return Promise.resolve(reply('ok', { value: sent++ }));
    };
    for (let i = 0; i < 150; i++) await call(send);
    await end('ok');
    const spans = (span: Span | undefined): number =>
      1 + (span?.children ?? []).reduce((sum, child) => sum + spans(child), 0);
    expect([sent, spans(recorded[0])]).toEqual([150, 100]);
    // The last call that was recorded had no room for its attempt, which hangs under the call itself.
    expect(carried.size).toBe(51);
    expect([...carried].every((header) => header?.includes('Sampled=1'))).toBe(true);
  });
});

describe('invocations that overlap in one process', () => {
  it('keep their spans, their traces and what they carry apart', async () => {
    const other = 'Root=1-aaaaaaaa-bbbbbbbbbbbbbbbbbbbbbbbb;Parent=cccccccccccccccc;Sampled=1';
    const recorded: { readonly header: string | undefined; readonly root: Span }[] = [];
    let current: string | undefined;
    const tracer: Tracer = {
      begin(invocation, header) {
        const begun = takingTracer([]).begin(invocation, header);
        return begun && { ...begun, end: (root) => void recorded.push({ header, root }) };
      },
    };
    const tracing = createTracing(tracer, () => current);
    const policy = await tracing.load();
    let chance = 0;
    const instance = testInstance({ random: () => (chance += 1 / 1024) % 1 });
    const stages = [tracing.call, tracing.attempt].flatMap((policy) => policy.stage('payments', {}, instance) ?? []);
    const serve = async (header: string, calls: number) => {
      const invocation = testInvocation(instance, httpV2());
      current = header;
      void policy.before?.(invocation, undefined);
      const carried: (string | undefined)[] = [];
      const send: Send = async (one) => {
        carried.push(one.carried?.['x-amzn-trace-id']);
        await Promise.resolve();
        return reply('ok');
      };
      for (let i = 0; i < calls; i++) await compose(stages, send)(testCall(invocation));
      invocation.outcome = 'ok';
      await invocation.atEnd?.();
      return carried;
    };
    const [first, second] = await Promise.all([serve(SAMPLED, 2), serve(other, 3)]);
    expect(first.every((header) => header?.startsWith('Root=1-5759e988-'))).toBe(true);
    expect(second.every((header) => header?.startsWith('Root=1-aaaaaaaa-'))).toBe(true);
    const calls = new Map(recorded.map(({ header, root }) => [header, root.children.length]));
    expect(calls).toEqual(
      new Map([
        [SAMPLED, 2],
        [other, 3],
      ]),
    );
  });
});

describe('an instance with a tracer of its own', () => {
  it('is traced by that one, whatever Lambda says', async () => {
    const { begin, end, recorded, invocation } = traced(NOT_SAMPLED);
    const own: Span[] = [];
    const taking = takingTracer(own);
    tracers.set(invocation.instance, { begin: (one) => taking.begin(one, SAMPLED) });
    await begin();
    await end('ok');
    expect([recorded.length, own.length]).toEqual([0, 1]);
  });

  it('carries on what was decided when it does not record', async () => {
    const { begin, call, end, invocation } = traced(undefined);
    const w3c = { traceId: 'a'.repeat(32), parentId: 'b'.repeat(16), sampled: false };
    tracers.set(invocation.instance, {
      begin: () => ({
        trace: { xray: undefined, w3c, tracestate: 'vendor=1' },
        traceId: w3c.traceId,
        rootId: 'c'.repeat(16),
        recorded: false,
        child: () => 'd'.repeat(16),
        within: (_span, work) => work(),
        end: () => {
          throw new Error('nothing was recorded');
        },
      }),
    });
    await begin();
    await call(() => Promise.resolve(reply('ok')));
    await end('ok');
    expect(invocation.carried).toEqual({
      traceparent: `00-${'a'.repeat(32)}-${'c'.repeat(16)}-00`,
      tracestate: 'vendor=1',
      'x-amzn-trace-id': `Root=1-aaaaaaaa-${'a'.repeat(24)};Parent=${'c'.repeat(16)};Sampled=0`,
    });
  });
});

describe('an invocation that is not sampled', () => {
  it.each([
    ['by Lambda', NOT_SAMPLED, httpV2()],
    ['since only a header from outside says so', undefined, httpV2({ headers: { 'x-amzn-trace-id': SAMPLED } })],
  ])('%s is not recorded, and its trace is carried on', async (_why, runtime, event) => {
    const { begin, call, end, recorded, begun, invocation } = traced(runtime, event);
    await begin();
    await call(() => Promise.resolve(reply('ok')));
    await end('ok');
    expect([recorded.length, begun()]).toEqual([0, 0]);
    expect(invocation.carried['x-amzn-trace-id']).toBe(runtime ?? SAMPLED);
  });

  it('carries nothing where there is no trace', async () => {
    const { begin, call, invocation } = traced(undefined);
    await begin();
    await call(() => Promise.resolve(reply('ok')));
    expect(invocation.carried).toEqual({});
  });

  it('costs nothing until it calls something', async () => {
    const { begin, invocation } = traced(NOT_SAMPLED);
    await begin();
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
    await begin();
    await expect(end('ok')).resolves.toBeUndefined();
    expect(internal).toEqual(['trace:unsent']);
  });
});
