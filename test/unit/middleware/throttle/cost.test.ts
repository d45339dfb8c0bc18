// What requests cost: a fixed number, or what they say; admitted whole or not at all, and never cheaper than they say.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import { answerFor } from '../../../../middleware/kernel/refusal.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { costSaid } from '../../../../middleware/throttle/cost.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

function governed(throttles: Record<string, ThrottleRule>) {
  const clock = fakeClock();
  const instance = testInstance({ rules: { throttles }, clock });
  const refusals: unknown[][] = [];
  instance.recorder = { ...silentRecorder, refusal: (...refusal) => refusals.push(refusal) };
  return { clock, instance, refusals };
}

/** True, or why not. */
function admit(instance: Instance, event: unknown): true | Refused {
  const invocation = testInvocation(instance, event);
  try {
    void throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
    return true;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

const saying = (cost?: string) => events.httpV2({ headers: cost === undefined ? {} : { 'x-cost': cost } });
const admitted = (instance: Instance, ...costs: (string | undefined)[]) =>
  costs.map((cost) => admit(instance, saying(cost)) === true);

describe('what a request says', () => {
  it.each([
    [undefined, 1],
    ['', 1],
    ['5', 5],
    [' 5 ', 5],
    ['007', 7],
    ['0', 1],
    ['-5', 1],
    ['2.5', 1],
    ['1e3', 1],
    // A gateway may have added its own to the caller's.
    ['5, 5', 5],
    ['1,50', 50],
    ['9,x', 9],
    ['many', 1],
    ['999999999999999', 999_999_999_999_999],
    ['1000000000000000', 1e15],
    ['0000000000000050', 50],
    ['9'.repeat(400), Infinity],
  ])('%j costs %i', (text, expected) => {
    expect(costSaid(text)).toBe(expected);
  });

  it('whatever it is, is a whole number from 1', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cost = costSaid(text);
        expect((Number.isInteger(cost) || cost === Infinity) && cost >= 1).toBe(true);
      }),
    );
  });
});

const ALGORITHMS: readonly ThrottleRule[] = [
  { limit: '10/10s' },
  { limit: '10/10s', algorithm: 'leaky-bucket', burst: 10, maxWait: '1ms' },
  { limit: '10/10s', algorithm: 'fixed-window' },
  { limit: '10/10s', algorithm: 'sliding-window' },
];

describe.each(ALGORITHMS.map((rule) => [rule.algorithm ?? 'token-bucket', rule] as const))('%s', (_name, rule) => {
  it('takes what each request costs, and all of it or nothing', () => {
    const { instance, refusals } = governed({ weighed: { ...rule, scope: 'instance', cost: 'header:x-cost' } });
    expect(admitted(instance, '4', '4', '3', '2', undefined)).toEqual([true, true, false, true, false]);
    expect(refusals).toEqual([
      ['throttle', 'weighed', 'default', 1, false],
      ['throttle', 'weighed', 'default', 1, false],
    ]);
  });

  it('takes the same of every request when the rule says so', () => {
    const { instance } = governed({ heavy: { ...rule, scope: 'instance', cost: 4 } });
    expect(admitted(instance, undefined, undefined, undefined)).toEqual([true, true, false]);
  });

  it('admits whoever comes back as told', () => {
    const { clock, instance } = governed({ weighed: { ...rule, scope: 'instance', cost: 'header:x-cost' } });
    admitted(instance, '8');
    const refused = admit(instance, saying('5'));
    if (refused === true || refused.retryAfterMs === undefined) throw new Error('admitted');
    clock.advance(Math.ceil(refused.retryAfterMs));
    expect(admitted(instance, '5')).toEqual([true]);
  });

  it('refuses for good what costs more than it ever has', () => {
    const { instance } = governed({ weighed: { ...rule, scope: 'instance', cost: 'header:x-cost' } });
    const refused = admit(instance, saying('11'));
    expect(refused).toMatchObject({ statusCode: 400, retryAfterMs: undefined, rule: 'weighed' });
    expect(admitted(instance, '10')).toEqual([true]);
  });
});

describe('a request that says more than it may cost', () => {
  const rule: ThrottleRule = { limit: '100/s', scope: 'instance', cost: 'query:weight', mostCost: 20 };

  it('is told so in the answer, and what the most is', () => {
    const { instance } = governed({ weighed: rule });
    const invocation = testInvocation(instance, events.httpV2({ query: { weight: '21' } }));
    const refused = admit(instance, invocation.event);
    if (refused === true) throw new Error('admitted');
    const answer = answerFor(invocation, refused) as { statusCode: number; body: string; headers: object };
    expect(answer.statusCode).toBe(400);
    expect(answer.headers).not.toHaveProperty('retry-after');
    expect(JSON.parse(answer.body)).toMatchObject({
      title: 'Bad Request',
      detail: 'this request says that it costs 21, and the throttle "weighed" takes at most 20 for one',
      'violated-policies': ['weighed'],
    });
  });

  it('takes nothing of other rules', () => {
    const { instance } = governed({ weighed: rule, everyone: { limit: '1/s', scope: 'instance', key: ['ip'] } });
    admit(instance, events.httpV2({ query: { weight: '21' } }));
    expect(admit(instance, events.httpV2())).toBe(true);
  });

  it('is counted by a rule in shadow, and admitted', () => {
    const { instance, refusals } = governed({ weighed: { ...rule, mode: 'shadow' } });
    expect(admit(instance, events.httpV2({ query: { weight: '21' } }))).toBe(true);
    expect(refusals).toEqual([['throttle', 'weighed', 'default', 1, true]]);
  });
});

describe('records of a queue', () => {
  it('cost as much each, and are deferred from the first that is short', () => {
    const { instance } = governed({ heavy: { limit: '10/10s', scope: 'instance', cost: 4 } });
    const batch = events.sqs([{ messageId: 'a' }, { messageId: 'b' }, { messageId: 'c' }]);
    const invocation = testInvocation(instance, batch);
    void throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
    expect((invocation.event as typeof batch).Records.map(({ messageId }) => messageId)).toEqual(['a', 'b']);
  });
});

describe('rules that apply together', () => {
  it('each take their own cost, and give all of it back when another refuses', () => {
    const { clock, instance } = governed({
      weighed: { limit: '10/10s', scope: 'instance', cost: 'header:x-cost', key: ['ip'] },
      everyone: { limit: '1/s', scope: 'instance' },
    });
    expect(admitted(instance, '5', '5', '5')).toEqual([true, false, false]);
    clock.advance(1_000);
    expect(admitted(instance, '5')).toEqual([true]);
  });
});
