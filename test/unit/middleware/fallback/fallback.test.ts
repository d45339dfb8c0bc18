import { describe, expect, it } from 'vitest';
import { fallbackOutbound, fallbackPolicy } from '../../../../middleware/fallback/index.ts';
import {
  BusinessFailure,
  DeadlineExceeded,
  DependencyFailed,
  Refused,
  type RefusedBy,
} from '../../../../middleware/kernel/errors.ts';
import type { Reply } from '../../../../middleware/kernel/outbound.ts';
import type { FallbackStep } from '../../../../middleware/kernel/rules/document.ts';
import { alb, albMultiValue, httpV2, sqs } from '../../../support/events.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { dependency, reply, testCall } from '../../../support/outbound.ts';

const refusal = (by: RefusedBy) =>
  new Refused({ by, rule: 'payments', statusCode: 503, retryAfterMs: 4_000, message: 'refused' });
const refused = (by: RefusedBy) => reply('refused', { error: refusal(by), sent: false });
const queued: FallbackStep = { respond: { status: 202, body: { queued: true } } };

describe("a dependency's fallback", () => {
  async function fallen(given: Reply, ...steps: FallbackStep[]) {
    const instance = testInstance();
    const internals: string[] = [];
    instance.recorder = { ...instance.recorder, internal: (event) => internals.push(event) };
    const stage = fallbackOutbound.stage('payments', { fallback: steps }, instance);
    if (!stage) throw new Error('a rule with a fallback has a stage');
    const invocation = testInvocation(instance, httpV2());
    return { ended: await stage(testCall(invocation), dependency(given).send), invocation, internals };
  }

  it.each<[string, Reply]>([
    ['a refusal by the breaker', refused('breaker')],
    ['a refusal by a throttle', refused('throttle')],
    ['a dependency that throttles', reply('throttled')],
    ['a failure', reply('500')],
    ['a deadline that passed', reply('refused', { error: new DeadlineExceeded('late'), sent: false })],
  ])('answers for %s with the value of the rule', async (_what, given) => {
    const { ended, internals } = await fallen(given, queued);
    expect(ended).toMatchObject({ outcome: 'ok', value: { queued: true } });
    expect(internals).toEqual(['fallback:payments']);
  });

  it.each<[string, Reply]>([
    ['a success', reply('ok', { value: 1 })],
    ['a 404, which is an answer', reply('404', { response: { status: 404, body: {} } })],
    ['a business failure', reply('business:CARD_DECLINED')],
  ])('leaves %s alone', async (_what, given) => {
    expect((await fallen(given, queued)).ended).toBe(given);
  });

  it('takes the first step whose `when` applies', async () => {
    const steps: FallbackStep[] = [
      { when: ['deadline'], respond: { status: 200, body: 'late' } },
      { when: ['breaker', 'failure'], respond: { status: 200, body: 'broken' } },
      queued,
    ];
    expect((await fallen(reply('500'), ...steps)).ended.value).toBe('broken');
    expect((await fallen(refused('throttle'), ...steps)).ended.value).toEqual({ queued: true });
  });

  it('is thrown with what the rule responds, when that is itself a failure', async () => {
    const { ended } = await fallen(refused('breaker'), {
      respond: { status: 503, body: 'later', headers: { 'x-why': 'open' } },
    });
    expect(ended.outcome).toBe('503');
    expect(ended.error).toBeInstanceOf(DependencyFailed);
    expect(ended.error).toMatchObject({
      response: { status: 503, body: 'later' },
      headers: { 'retry-after': '4', 'x-why': 'open' },
    });
  });

  it('gives up its place to a caller that gave up itself', async () => {
    const stage = fallbackOutbound.stage('payments', { fallback: [queued] }, testInstance());
    const abort = new AbortController();
    abort.abort(new Error('left'));
    const call = testCall(testInvocation(testInstance()), { signal: abort.signal });
    expect((await stage?.(call, dependency(reply('error')).send))?.outcome).toBe('error');
  });
});

describe("a resource's fallback", () => {
  function answered(error: unknown, steps: FallbackStep[], event: unknown = httpV2(), response?: unknown) {
    const rules = { resources: { all: { match: { function: '*' }, fallback: steps } } };
    const invocation = testInvocation(testInstance({ rules }), event);
    Object.assign(invocation, { error, response, refusal: error instanceof Refused ? error : undefined });
    void fallbackPolicy.after?.(invocation, invocation.snapshot.of(fallbackPolicy));
    return invocation.response;
  }

  it.each<[string, unknown]>([
    ['a refusal', refusal('throttle')],
    ['a refusal of a dependency that reached the handler’s end', refusal('breaker')],
    ['a deadline', new DeadlineExceeded('late')],
    ['a dependency that failed', new DependencyFailed({ dependency: 'p', outcome: '500', attempts: 1, sent: true })],
    ['an error of the handler', new Error('a bug')],
  ])('answers in place of %s, and says so', (_what, error) => {
    expect(answered(error, [queued])).toEqual({
      statusCode: 202,
      headers: { 'content-type': 'application/json', 'x-flyball-fallback': 'all' },
      body: '{"queued":true}',
    });
  });

  it.each<[string, unknown]>([
    ['a refusal of access', refusal('access')],
    ['a business failure', new BusinessFailure('CARD_DECLINED')],
    ['a bad request', Object.assign(new Error('bad'), { statusCode: 400 })],
  ])('does not hide %s', (_what, error) => {
    expect(answered(error, [queued], httpV2(), 'as it was')).toBe('as it was');
  });

  it('keeps saying when to come back where it refuses', () => {
    expect(answered(refusal('breaker'), [{ respond: { status: 503, body: 'later' } }])).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '4' },
      body: 'later',
    });
  });

  it('answers a load balancer in its own form', () => {
    expect(answered(refusal('breaker'), [queued], alb())).toMatchObject({
      statusDescription: '202',
      isBase64Encoded: false,
    });
    expect(answered(refusal('breaker'), [queued], albMultiValue())).toMatchObject({
      multiValueHeaders: { 'x-flyball-fallback': ['all'] },
    });
  });

  it('has no say in what is not HTTP', () => {
    expect(answered(refusal('breaker'), [queued], sqs(), { batchItemFailures: [] })).toEqual({ batchItemFailures: [] });
  });
});

it('marks an answer made with the help of a dependency’s fallback', async () => {
  const instance = testInstance();
  const stage = fallbackOutbound.stage('payments', { fallback: [queued] }, instance);
  const invocation = testInvocation(instance, httpV2());
  await stage?.(testCall(invocation), dependency(reply('500')).send);
  invocation.response = { statusCode: 201, headers: { 'x-mine': '1' }, body: '{}' };
  void fallbackPolicy.after?.(invocation, invocation.snapshot.of(fallbackPolicy));
  expect(invocation.response).toEqual({
    statusCode: 201,
    headers: { 'x-mine': '1', 'x-flyball-fallback': 'payments' },
    body: '{}',
  });
});
