// How the local world places an invocation in a trace, as Lambda does.
import { describe, expect, it } from 'vitest';
import { headerOf, lambdaSegments, tracedInvocation } from '../../../../infra/local/xray/invocation.ts';
import { Sampling } from '../../../../infra/local/xray/sampling.ts';
import { enter, TRACE_KEY } from '../../../../infra/local/xray/runtime-header.ts';
import { httpV2, sqs } from '../../../support/events.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const HEADER = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8';
const TRACE = '5759e988bd862e3fe1be46a994272793';

function traced(header: string | undefined, event: unknown = httpV2(), sampled = true) {
  let chance = 0;
  const random = () => (chance += 1 / 1024) % 1;
  return tracedInvocation(header, event, NOW, { random, sample: () => sampled });
}

function batchOf(...headers: string[]) {
  const batch = sqs(headers.map(() => ({})));
  batch.Records.forEach((record, i) => (record.attributes.AWSTraceHeader = headers[i] ?? ''));
  return batch;
}

describe('an invocation', () => {
  it('begins a trace of this second where its caller has none', () => {
    const one = traced(undefined);
    expect(one.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(Number.parseInt(one.traceId.slice(0, 8), 16)).toBe(NOW / 1000);
    expect(one.callerId).toBeUndefined();
    expect(headerOf(one)).toBe(
      `Root=1-${one.traceId.slice(0, 8)}-${one.traceId.slice(8)};Parent=${one.functionId};Sampled=1`,
    );
  });

  it.each([
    ['sampled', `${HEADER};Sampled=1`, false, true],
    ['not sampled', `${HEADER};Sampled=0`, true, false],
    ['undecided, and decides itself', HEADER, true, true],
  ])('goes on with its caller’s trace, which is %s', (_how, header, own, sampled) => {
    expect(traced(header, httpV2(), own)).toMatchObject({ traceId: TRACE, callerId: '53995c3f42cd8ad8', sampled });
  });

  it('of a batch goes on with the trace of its messages if they are of one', () => {
    expect(traced(undefined, batchOf(`${HEADER};Sampled=1`, `${HEADER};Sampled=1`))).toMatchObject({
      traceId: TRACE,
      links: [],
    });
  });

  it('of a batch of several traces begins one of its own, and names them', () => {
    const other = HEADER.replace('5759e988', '5759e989');
    const one = traced(undefined, batchOf(HEADER, other));
    expect([TRACE, TRACE.replace('5759e988', '5759e989')]).not.toContain(one.traceId);
    expect(one.links.map(({ trace_id }) => trace_id)).toEqual([
      '1-5759e988-bd862e3fe1be46a994272793',
      '1-5759e989-bd862e3fe1be46a994272793',
    ]);
  });
});

describe('what Lambda itself reports', () => {
  const served = { functionName: 'payments', arn: 'arn:payments', askedAt: NOW, startedAt: NOW + 5, endedAt: NOW + 25 };

  it('is a segment of the service under the caller, and one of the function that the function’s own hang under', () => {
    const one = traced(`${HEADER};Sampled=1`);
    const [service, fn] = lambdaSegments(one, served);
    expect(service).toMatchObject({
      id: one.serviceId,
      parent_id: '53995c3f42cd8ad8',
      origin: 'AWS::Lambda',
      start_time: NOW / 1000,
    });
    expect(fn).toMatchObject({
      id: one.functionId,
      parent_id: one.serviceId,
      origin: 'AWS::Lambda::Function',
      start_time: (NOW + 5) / 1000,
      end_time: (NOW + 25) / 1000,
    });
    expect(fn).not.toHaveProperty('fault');
  });

  it('says what failed', () => {
    const failure = { name: 'TypeError', message: 'no price' };
    const [service, fn] = lambdaSegments(traced(undefined), { ...served, failure });
    expect(service).toMatchObject({ fault: true });
    expect(fn).toMatchObject({ fault: true, cause: { exceptions: [{ type: 'TypeError', message: 'no price' }] } });
  });
});

describe('what is sampled', () => {
  it('is the first ten of a second, and a twentieth of the rest', () => {
    const sampling = new Sampling();
    const taken = (nowMs: number, chance: number) =>
      Array.from({ length: 12 }, () => sampling.sample(nowMs, () => chance)).filter(Boolean).length;
    expect([taken(NOW, 0.5), taken(NOW + 999, 0.01), taken(NOW + 1_000, 0.5)]).toEqual([10, 12, 10]);
  });
});

describe('a worker', () => {
  it.each([
    ['none of its own', {}, undefined],
    ['one', { clientContext: { custom: 1 } }, { custom: 1 }],
  ])('is told the header by a client context, which then is the caller’s again: %s', (_which, more, expected) => {
    const env: NodeJS.ProcessEnv = {};
    const message = { context: { clientContext: { [TRACE_KEY]: HEADER, ...more } as unknown } };
    enter(message, env);
    expect([env['_X_AMZN_TRACE_ID'], message.context.clientContext]).toEqual([HEADER, expected]);
  });

  it('leaves alone what is not for it', () => {
    const env: NodeJS.ProcessEnv = {};
    for (const message of [undefined, {}, { context: {} }, { context: { clientContext: { a: 1 } } }])
      enter(message, env);
    expect(env).toEqual({});
  });
});
