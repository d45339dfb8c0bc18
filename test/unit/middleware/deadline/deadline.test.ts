import { describe, expect, it } from 'vitest';
import { deadlineOf, saidBy } from '../../../../middleware/deadline/inbound.ts';
import { attemptTimeoutOutbound, deadlineOutbound, deadlinePolicy } from '../../../../middleware/deadline/index.ts';
import { DeadlineExceeded, Refused } from '../../../../middleware/kernel/errors.ts';
import type { Call, Reply } from '../../../../middleware/kernel/outbound.ts';
import { triggerOf } from '../../../../middleware/kernel/trigger.ts';
import { httpV2, sqs } from '../../../support/events.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance, testInvocation } from '../../../support/instance.ts';
import { dependency, reply, testCall } from '../../../support/outbound.ts';

const NOW = 1_000_000;
const none = { timeoutMs: undefined, reserveMs: undefined };

describe("an invocation's deadline is the earliest of the rule's, the caller's and Lambda's less the reserve", () => {
  it.each([
    ['Lambda alone keeps 200 ms back', 30_000, none, undefined, 29_800],
    ['or a tenth, where that is less', 1_000, none, undefined, 900],
    ["the rule's reserve", 30_000, { timeoutMs: undefined, reserveMs: 500 }, undefined, 29_500],
    ["the rule's timeout", 30_000, { timeoutMs: 5_000, reserveMs: undefined }, undefined, 5_000],
    ["the caller's", 30_000, { timeoutMs: 5_000, reserveMs: undefined }, 3_000, 3_000],
    [
      "never later than the rule's for a generous caller",
      30_000,
      { timeoutMs: 5_000, reserveMs: undefined },
      9_000,
      5_000,
    ],
  ])('%s', (_name, lambdaMs, settings, callerMs, expectedMs) => {
    const caller = callerMs === undefined ? undefined : NOW + callerMs;
    expect(deadlineOf(NOW, NOW + lambdaMs, settings, caller) - NOW).toBe(expectedMs);
  });
});

describe('what a caller says is believed', () => {
  const headers = { 'X-Flyball-Deadline': '1234567', 'x-flyball-attempt': '2', 'x-flyball-retry': 'never' };
  const said = { deadlineAt: 1_234_567, attempt: 2, never: true };
  const nothing = { deadlineAt: undefined, attempt: 1, never: false };

  it('of a direct invoke', () => {
    expect(saidBy(triggerOf({ headers }), { headers }, false)).toEqual(said);
  });

  it('never over HTTP, where anybody can say it', () => {
    const event = httpV2({ headers });
    expect(saidBy(triggerOf(event), event, true)).toEqual(nothing);
  });

  it.each([
    ['a WebSocket', { requestContext: { connectionId: 'c', eventType: 'CONNECT', routeKey: '$connect' }, headers }],
    ['VPC Lattice', { version: '2.0', path: '/', method: 'GET', headers, requestContext: { region: 'r' } }],
    ['VPC Lattice, first format', { raw_path: '/', method: 'GET', headers }],
  ])('never of an outsider by %s', (_what, event) => {
    expect(saidBy(triggerOf(event), event, true)).toEqual(nothing);
  });

  const text = (stringValue: string) => ({ dataType: 'String' as const, stringValue });

  it('of a queue the rules name', () => {
    const event = sqs([
      {
        messageAttributes: {
          'x-flyball-deadline': text('1234567'),
          'x-flyball-attempt': text('3'),
          'x-flyball-retry': text('never'),
        },
      },
    ]);
    expect(saidBy(triggerOf(event), event, true)).toEqual({ deadlineAt: 1_234_567, attempt: 3, never: true });
    expect(saidBy(triggerOf(event), event, false)).toEqual(nothing);
  });

  it.each([
    ['the latest of their deadlines, if each has one', ['2000', '3000', '1000'], 3_000],
    ['none, if one of them has none', ['2000', undefined], undefined],
    ['none, if one of them is nonsense', ['2000', 'soon'], undefined],
  ])('of the records of a batch: %s', (_which, deadlines, deadlineAt) => {
    const event = sqs(
      deadlines.map((at) => ({ messageAttributes: at === undefined ? {} : { 'x-flyball-deadline': text(at) } })),
    );
    expect(saidBy(triggerOf(event), event, true).deadlineAt).toBe(deadlineAt);
  });

  it.each(['soon', '-5', '1e999', '', '1.5'])('unless it is nonsense: %j', (text) => {
    const event = { headers: { 'x-flyball-deadline': text, 'x-flyball-attempt': text } };
    expect(saidBy(triggerOf(event), event, false)).toEqual(nothing);
  });
});

describe('the policy', () => {
  const rules = { resources: { all: { match: { function: '*' }, deadline: { timeout: '2s' } } } };

  function before(event: unknown, clock = fakeClock(NOW)) {
    const instance = testInstance({ clock, rules });
    const invocation = testInvocation(instance, event, testContext(clock, 30_000));
    void deadlinePolicy.before?.(invocation, invocation.snapshot.of(deadlinePolicy));
    return invocation;
  }

  it('sets the deadline, the attempt and whether to retry', () => {
    const invocation = before({ headers: { 'x-flyball-deadline': String(NOW + 900), 'x-flyball-attempt': '2' } });
    expect(invocation).toMatchObject({ deadlineAt: NOW + 900, attempt: 2, noRetry: false });
  });

  it('refuses work nobody waits for any more', () => {
    expect(() => before({ headers: { 'x-flyball-deadline': String(NOW - 1) } })).toThrow(Refused);
    expect(() => before({ headers: { 'x-flyball-deadline': String(NOW - 1) } })).toThrow(
      expect.objectContaining({ by: 'deadline', statusCode: 504, rule: 'all' }),
    );
  });
});

describe('an outbound call', () => {
  const stageOf = (policy: typeof deadlineOutbound, clock: FakeClock, attemptTimeout?: string) => {
    const instance = testInstance({ clock });
    const stage = policy.stage('payments', attemptTimeout === undefined ? {} : { attemptTimeout }, instance);
    if (!stage) throw new Error('this policy always has a stage');
    return { stage, invocation: testInvocation(instance, {}, testContext(clock, 1_000)) };
  };

  it('is not made after the deadline', async () => {
    const clock = fakeClock(NOW);
    const { stage, invocation } = stageOf(deadlineOutbound, clock);
    const to = dependency(reply('ok'));
    clock.advance(1_000);
    const ended = await stage(testCall(invocation), to.send);
    expect(to.calls).toHaveLength(0);
    expect(ended).toMatchObject({ outcome: 'refused', sent: false });
    expect(ended.error).toBeInstanceOf(DeadlineExceeded);
  });

  /** What the attempt's signal said when it was over. */
  async function abortedWith(clock: FakeClock, advanceMs: number, attemptTimeout?: string, more: Partial<Call> = {}) {
    const { stage, invocation } = stageOf(attemptTimeoutOutbound, clock, attemptTimeout);
    let signal: AbortSignal | undefined;
    const ended = stage(testCall(invocation, { signal: new AbortController().signal, ...more }), (call) => {
      signal = call.signal;
      return new Promise<Reply>((resolve) => {
        call.signal.addEventListener('abort', () =>
          resolve(reply('timeout', { error: call.signal.reason as unknown })),
        );
      });
    });
    clock.advance(advanceMs);
    expect(signal?.aborted).toBe(true);
    return (await ended).error;
  }

  it('gets the attempt timeout as an AbortSignal', async () => {
    expect(await abortedWith(fakeClock(NOW), 500, '500ms')).toMatchObject({ name: 'TimeoutError' });
  });

  it('that is cut short by the deadline says nothing about the dependency', async () => {
    expect(await abortedWith(fakeClock(NOW), 1_000, '2s')).toBeInstanceOf(DeadlineExceeded);
  });

  it("without an attempt timeout has the deadline's: a dependency that hangs until then has timed out", async () => {
    expect(await abortedWith(fakeClock(NOW), 1_000)).toMatchObject({ name: 'TimeoutError' });
  });

  it('that has used up its own timeoutMs has timed out as well', async () => {
    expect(await abortedWith(fakeClock(NOW), 300, '500ms', { deadlineAt: NOW + 300 })).toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('leaves no timer behind', async () => {
    const clock = fakeClock(NOW);
    const { stage, invocation } = stageOf(attemptTimeoutOutbound, clock, '500ms');
    await stage(testCall(invocation, { signal: new AbortController().signal }), dependency(reply('ok')).send);
    expect(clock.timers).toBe(0);
  });
});
