// Spans of OpenTelemetry's own SDK: where they hang, what they say, and that calls carry their ids.
import * as api from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Invocation } from '../../../../middleware/kernel/invocation.ts';
import { compose, type Send, type Stage } from '../../../../middleware/kernel/outbound.ts';
import { openTelemetryTracer } from '../../../../middleware/trace/opentelemetry.ts';
import { createTracing } from '../../../../middleware/trace/policy.ts';
import { tracers } from '../../../../middleware/trace/runtime.ts';
import { noTracer } from '../../../../middleware/trace/tracer.ts';
import { direct, httpV2, sqs } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { reply, testCall } from '../../../support/outbound.ts';

const { context: contexts, SpanKind, SpanStatusCode } = api;

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const W3C = `00-${TRACE}-${CALLER}-01`;
const XRAY = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8';

interface World {
  readonly invocation: Invocation;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly begin: () => Promise<void>;
  readonly call: (send: Send, between?: readonly Stage[]) => Promise<unknown>;
  readonly end: (outcome: Invocation['outcome'], error?: unknown) => Promise<ReadableSpan[]>;
}

function world(event: unknown, runtime?: string, sampler: Sampler = new AlwaysOnSampler()): World {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    sampler: new ParentBasedSampler({ root: sampler }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const tracing = createTracing(noTracer, () => runtime);
  const clock = fakeClock();
  const instance = testInstance({ clock });
  instance.redact = (text) => text.replaceAll('secret', '***');
  tracers.set(instance, openTelemetryTracer(api, { tracer: provider.getTracer('test') }));
  const invocation = testInvocation(instance, event);
  const stages = [tracing.call, tracing.attempt].flatMap((policy) => policy.stage('payments', {}, instance) ?? []);
  return {
    invocation,
    clock,
    begin: async () => void (await tracing.load()).before?.(invocation, undefined),
    call: (send, between = []) =>
      compose([...stages.slice(0, 1), ...between, ...stages.slice(1)], send)(testCall(invocation)),
    async end(outcome, error) {
      invocation.outcome = outcome;
      invocation.error = error;
      await invocation.atEnd?.();
      return exporter.getFinishedSpans();
    },
  };
}

const named = (spans: readonly ReadableSpan[], name: string) => spans.filter((span) => span.name.startsWith(name));

describe('an invocation', () => {
  it('is a server span under its caller in another process, at its own times', async () => {
    const { begin, end, clock, invocation } = world(
      httpV2({ headers: { traceparent: W3C, tracestate: 'vendor=1' }, path: '/orders' }),
    );
    await begin();
    clock.advance(25);
    invocation.response = { statusCode: 201 };
    const [span] = await end('ok');
    expect(span?.spanContext().traceId).toBe(TRACE);
    expect(span?.parentSpanContext).toMatchObject({ spanId: CALLER, isRemote: true });
    expect(span).toMatchObject({
      kind: SpanKind.SERVER,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'faas.trigger': 'http',
        'faas.invocation_id': 'request-1',
        'faas.coldstart': true,
        'url.path': '/orders',
        'http.response.status_code': 201,
        'flyball.service': 'orders',
        'flyball.resource': 'default',
        'flyball.revision': 0,
        'flyball.outcome': 'ok',
      },
    });
    const [seconds = 0, nanos = 0] = span?.startTime ?? [];
    expect(seconds * 1000 + nanos / 1e6).toBe(invocation.startedAt);
    expect(span?.duration).toEqual([0, 25_000_000]);
    expect(invocation.carried).toMatchObject({
      traceparent: `00-${TRACE}-${span?.spanContext().spanId ?? ''}-01`,
      tracestate: 'vendor=1',
    });
  });

  it.each([
    ['the X-Ray header of its event', httpV2({ headers: { 'x-amzn-trace-id': `${XRAY};Sampled=1` } }), undefined],
    ['Lambda itself, where that records', direct({}), `${XRAY};Sampled=1`],
  ])('goes on with the trace of %s', async (_whose, event, runtime) => {
    const { begin, end } = world(event, runtime);
    await begin();
    const [span] = await end('ok');
    expect(span?.spanContext().traceId).toBe('5759e988bd862e3fe1be46a994272793');
    expect(span?.parentSpanContext?.spanId).toBe('53995c3f42cd8ad8');
  });

  it('begins a trace where there is none, also where Lambda’s own tracing is off, whose header is carried on as it is', async () => {
    const { begin, end, invocation } = world(direct({}), `${XRAY};Sampled=0`);
    await begin();
    const [span] = await end('ok');
    expect(span?.parentSpanContext).toBeUndefined();
    expect(invocation.carried['traceparent']).toContain(span?.spanContext().traceId ?? 'none');
    expect(invocation.carried['x-amzn-trace-id']).toBe(`${XRAY};Sampled=0`);
  });

  it('is not recorded where its caller decided so, which is carried on', async () => {
    const { begin, call, end, invocation } = world(httpV2({ headers: { traceparent: W3C.replace(/01$/, '00') } }));
    await begin();
    await call(() => Promise.resolve(reply('ok')));
    expect(await end('ok')).toEqual([]);
    expect(invocation.carried['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
  });

  it('is not recorded where the sampler says so', async () => {
    const { begin, end, invocation } = world(direct({}), undefined, new AlwaysOffSampler());
    await begin();
    expect(await end('ok')).toEqual([]);
    expect(invocation.carried['traceparent']).toMatch(/-00$/);
  });

  it('says what failed, without what is to be kept from others', async () => {
    const { begin, end } = world(direct({}));
    await begin();
    const [span] = await end('error', new TypeError('a secret was wrong'));
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'a *** was wrong' });
    expect(span?.attributes['error.type']).toBe('TypeError');
    expect(span?.events).toMatchObject([
      { name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'a *** was wrong' } },
    ]);
    expect(JSON.stringify(span?.events)).not.toContain('secret');
  });

  it('that a rule refused says which, and is no error of the function', async () => {
    const { begin, end, invocation } = world(httpV2());
    await begin();
    invocation.refusal = new Refused({ by: 'throttle', rule: 'per-client', statusCode: 429, message: 'too many' });
    const [span] = await end('refused', invocation.refusal);
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes).toMatchObject({
      'flyball.refused_by': 'throttle',
      'flyball.refused_rule': 'per-client',
      'error.type': 'Refused',
    });
  });

  it('is a child of the span that is active, as instrumentation of Lambda makes one', async () => {
    const outer = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
    const active = api.trace.setSpanContext(contexts.active(), outer);
    const { begin, end } = world(httpV2({ headers: { traceparent: W3C } }));
    contexts.setGlobalContextManager({
      active: () => active,
      with: (_context, work, self, ...given) => work.call(self as never, ...given),
      bind: (_context, target) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    });
    try {
      await begin();
    } finally {
      contexts.disable();
    }
    const [span] = await end('ok');
    expect(span?.parentSpanContext?.spanId).toBe('b'.repeat(16));
  });
});

describe('a batch', () => {
  const batchOf = (...headers: string[]) =>
    sqs(headers.map((stringValue) => ({ messageAttributes: { traceparent: { stringValue, dataType: 'String' } } })));

  it('is a consumer under the trace that all its messages are of', async () => {
    const { begin, end } = world(batchOf(W3C, W3C));
    await begin();
    const [span] = await end('ok');
    expect(span).toMatchObject({
      kind: SpanKind.CONSUMER,
      links: [],
      attributes: {
        'messaging.system': 'aws_sqs',
        'messaging.operation.type': 'process',
        'messaging.batch.message_count': 2,
      },
    });
    expect(span?.parentSpanContext?.spanId).toBe(CALLER);
  });

  it('of several traces is linked to each of them', async () => {
    const other = W3C.replace('0af7', '1af7');
    const { begin, end } = world(batchOf(W3C, other, W3C));
    await begin();
    const [span] = await end('ok');
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.links.map(({ context }) => context.traceId)).toEqual([TRACE, TRACE.replace('0af7', '1af7')]);
  });
});

describe('a call', () => {
  it('is a span, and each attempt a client span beneath, whose id is what the other side hangs under', async () => {
    const { begin, call, end, clock } = world(httpV2({ headers: { traceparent: W3C } }));
    await begin();
    const carried: (string | undefined)[] = [];
    const twice: Stage = async (one, next) => {
      await next({ ...one, attempt: 1 });
      return next({ ...one, attempt: 2 });
    };
    await call(
      (one) => {
        carried.push(one.carried?.['traceparent']);
        clock.advance(10);
        return Promise.resolve(one.attempt === 1 ? reply('503', { error: new Error('busy') }) : reply('ok'));
      },
      [twice],
    );
    const spans = await end('ok');
    const [root] = named(spans, 'flyball');
    const [outer, ...more] = named(spans, 'payments').filter(({ kind }) => kind === SpanKind.INTERNAL);
    const attempts = named(spans, 'payments').filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(more).toEqual([]);
    expect(outer?.parentSpanContext?.spanId).toBe(root?.spanContext().spanId);
    expect(outer?.duration).toEqual([0, 20_000_000]);
    expect(attempts.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      attempts.map(() => outer?.spanContext().spanId),
    );
    expect(attempts.map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
    expect(attempts[0]?.attributes).toMatchObject({ 'http.response.status_code': 503, 'flyball.attempt': 1 });
    expect(attempts[1]?.attributes).toMatchObject({ 'flyball.resend_count': 1, 'flyball.attempt': 2 });
    expect(carried).toEqual(attempts.map((span) => `00-${TRACE}-${span.spanContext().spanId}-01`));
  });
});

describe('an application without an SDK', () => {
  it('has its traces carried on as they came', async () => {
    const tracing = createTracing(noTracer, () => undefined);
    const policy = await tracing.load();
    const instance = testInstance();
    tracers.set(instance, openTelemetryTracer(api));
    const invocation = testInvocation(instance, direct({}));
    void policy.before?.(invocation, undefined);
    expect(invocation.carried).toEqual({});
  });

  it('is told when what it gives is no tracer, or not the API', () => {
    expect(() => openTelemetryTracer(api, { tracer: {} as never })).toThrow(/provider\.getTracer/);
    expect(() => openTelemetryTracer(undefined as never)).toThrow(/import \* as api/);
  });
});
