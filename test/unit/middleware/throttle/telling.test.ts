// What answers tell of limits, as draft-ietf-httpapi-ratelimit-headers-11 has it: to the refused, and to all where a rule says so.
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import type { Invocation } from '../../../../middleware/kernel/invocation.ts';
import { answerFor } from '../../../../middleware/kernel/refusal.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import * as events from '../../../support/events.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

function governed(throttles: Record<string, ThrottleRule>): { clock: FakeClock; instance: Instance } {
  const clock = fakeClock();
  return { clock, instance: testInstance({ rules: { throttles }, clock }) };
}

/** The answer of a whole invocation whose handler gives `response`. */
async function answerOf(
  instance: Instance,
  event: unknown = events.httpV2(),
  response: unknown = { statusCode: 200, headers: { 'x-own': '1' }, body: '{}' },
  work: () => void = () => {},
): Promise<unknown> {
  const invocation: Invocation = testInvocation(instance, event);
  const rules = invocation.snapshot.of(throttlePolicy);
  try {
    await throttlePolicy.before?.(invocation, rules);
  } catch (error) {
    if (error instanceof Refused) return answerFor(invocation, error);
    throw error;
  }
  work();
  invocation.response = response;
  await throttlePolicy.after?.(invocation, rules);
  return invocation.response;
}

const headersOf = async (instance: Instance) => ((await answerOf(instance)) as { headers: unknown }).headers;

describe('headers: always', () => {
  it.each<[string, ThrottleRule, string, string[]]>([
    [
      'token-bucket: until the next token',
      { limit: '3/30s' },
      '"told";q=3;w=30',
      ['"told";r=2;t=10', '"told";r=1;t=10', '"told";r=0;t=10'],
    ],
    [
      'leaky-bucket: of those who may leave at once',
      { algorithm: 'leaky-bucket', limit: '3/30s', burst: 2, maxWait: '1s' },
      '"told";q=3;w=30',
      ['"told";r=1;t=10', '"told";r=0;t=10'],
    ],
    [
      'fixed-window: until its end',
      { algorithm: 'fixed-window', limit: '3/min' },
      '"told";q=3;w=60',
      ['"told";r=2;t=60', '"told";r=1;t=60'],
    ],
    [
      'sliding-window: until less of the last one counts',
      { algorithm: 'sliding-window', limit: '3/min' },
      '"told";q=3;w=60',
      ['"told";r=2;t=61', '"told";r=1;t=61'],
    ],
    [
      'a burst beyond the quota: no more than the quota',
      { limit: '3/30s', burst: 5 },
      '"told";q=3;w=30',
      ['"told";r=3;t=10', '"told";r=3;t=10', '"told";r=2;t=10'],
    ],
  ])('%s', async (_name, rule, policy, limits) => {
    const { instance } = governed({ told: { ...rule, scope: 'instance', headers: 'always' } });
    for (const ratelimit of limits) {
      expect(await headersOf(instance)).toEqual({ 'x-own': '1', 'ratelimit-policy': policy, ratelimit });
    }
  });

  it('lists every rule that says so, narrowest key first', async () => {
    const { instance } = governed({
      everyone: { limit: '100/s', scope: 'instance', headers: 'always' },
      silent: { limit: '50/s', scope: 'instance' },
      caller: { limit: '5/10s', scope: 'instance', key: ['ip'], headers: 'always' },
    });
    expect(await headersOf(instance)).toMatchObject({
      'ratelimit-policy': '"caller";q=5;w=10, "everyone";q=100;w=1',
      ratelimit: '"caller";r=4;t=2, "everyone";r=99;t=1',
    });
  });

  it('counts from when the answer is given', async () => {
    const { clock, instance } = governed({ told: { limit: '3/30s', scope: 'instance', headers: 'always' } });
    const work = () => clock.advance(4_000);
    expect(await answerOf(instance, undefined, undefined, work)).toMatchObject({
      headers: { ratelimit: '"told";r=2;t=6' },
    });
  });

  it('tells a refused caller the rule that refused, and the same moment as Retry-After', async () => {
    const { instance } = governed({ told: { limit: '1/10s', scope: 'instance', headers: 'always' } });
    await answerOf(instance);
    const refused = (await answerOf(instance)) as { headers: object; body: string };
    expect(refused.headers).toMatchObject({
      'retry-after': '10',
      'ratelimit-policy': '"told";q=1;w=10',
      ratelimit: '"told";r=0;t=10',
    });
    expect(JSON.parse(refused.body)).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Too Many Requests',
      status: 429,
      'violated-policies': ['told'],
    });
  });

  it('leaves a handler that tells of limits itself alone', async () => {
    const { instance } = governed({ told: { limit: '3/30s', scope: 'instance', headers: 'always' } });
    const own = { statusCode: 200, headers: { RateLimit: '"own";r=1' } };
    expect(await answerOf(instance, undefined, own)).toEqual(own);
  });

  it.each([
    ['without a status, which gateways make one of', { hello: 'world' }],
    ['that are texts', 'hello'],
    ['that are missing', undefined],
  ])('leaves answers alone %s', async (_name, response) => {
    const { instance } = governed({ told: { limit: '3/30s', scope: 'instance', headers: 'always' } });
    const invocation = testInvocation(instance, events.httpV2());
    const rules = invocation.snapshot.of(throttlePolicy);
    await throttlePolicy.before?.(invocation, rules);
    invocation.response = response;
    await throttlePolicy.after?.(invocation, rules);
    expect(invocation.response).toEqual(response);
  });

  it('writes where a load balancer of several values reads', async () => {
    const { instance } = governed({ told: { limit: '3/30s', scope: 'instance', headers: 'always' } });
    const event = events.albMultiValue();
    const response = { statusCode: 200, multiValueHeaders: { 'x-own': ['1'] } };
    expect(await answerOf(instance, event, response)).toEqual({
      statusCode: 200,
      multiValueHeaders: { 'x-own': ['1'], 'ratelimit-policy': ['"told";q=3;w=30'], ratelimit: ['"told";r=2;t=10'] },
    });
  });

  it('leaves direct invokes alone', async () => {
    const { instance } = governed({ told: { limit: '3/30s', scope: 'instance', headers: 'always' } });
    const response = { statusCode: 200 };
    expect(await answerOf(instance, events.direct(), response)).toEqual(response);
  });
});

describe('headers: refused', () => {
  it.each<ThrottleRule>([
    { limit: '3/30s', scope: 'instance' },
    { limit: '3/30s', scope: 'instance', headers: 'refused' },
  ])('tells those who are admitted nothing: %j', async (rule) => {
    const { instance } = governed({ quiet: rule });
    expect(await headersOf(instance)).toEqual({ 'x-own': '1' });
  });
});

describe('a rule that cannot be kept', () => {
  it('says that there is less capacity for a while', async () => {
    const { instance } = governed({ strict: { limit: '3/30s', whenStoreFails: 'reject' } });
    const { statusCode, body } = (await answerOf(instance)) as { statusCode: number; body: string };
    expect(statusCode).toBe(503);
    expect(JSON.parse(body)).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
      'violated-policies': ['strict'],
    });
  });
});
