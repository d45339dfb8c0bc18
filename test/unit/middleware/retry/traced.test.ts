// What a trace tells of retries and hedges.
import { describe, expect, it } from 'vitest';
import { hedgeOutbound } from '../../../../middleware/hedge/index.ts';
import { compose, type OutboundPolicy, type Reply, type Send } from '../../../../middleware/kernel/outbound.ts';
import type { DependencyRule } from '../../../../middleware/kernel/rules/document.ts';
import { retryOutbound } from '../../../../middleware/retry/index.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { reply, testCall } from '../../../support/outbound.ts';

async function notesOf(
  policy: OutboundPolicy,
  rule: DependencyRule,
  sendWith: (clock: ReturnType<typeof fakeClock>) => Send,
) {
  const clock = fakeClock();
  const instance = testInstance({ clock });
  const stage = policy.stage('payments', rule, instance);
  if (!stage) throw new Error('the rule has this stage');
  const notes: Record<string, unknown> = {};
  const trace = { note: (name: string, value: unknown) => void (notes[name] = value) };
  let over = false;
  const ended = compose(
    [stage],
    sendWith(clock),
  )({ ...testCall(testInvocation(instance)), trace }).then(() => (over = true));
  for (let steps = 0; steps < 100 && !over; steps++) {
    for (let turns = 0; turns < 40; turns++) await Promise.resolve();
    clock.advance(50);
  }
  await ended;
  return notes;
}

describe('the span of a call', () => {
  it.each<[string, DependencyRule, Reply, object]>([
    ['why it was not tried again', { retry: { attempts: 1 } }, reply('503'), { gave_up: 'attempts' }],
    ['nothing when it succeeded', { retry: { attempts: 3 } }, reply('ok'), {}],
  ])('says %s', async (_name, rule, given, expected) => {
    expect(await notesOf(retryOutbound, rule, () => () => Promise.resolve(given))).toEqual(expected);
  });

  it.each<[string, number, string]>([
    ['won', 2, 'won'],
    ['was late', 1, 'lost'],
  ])('says that a hedge %s', async (_name, answering, expected) => {
    const notes = await notesOf(
      hedgeOutbound,
      { hedge: { after: '50ms', most: '100%' } },
      (clock) => (call) =>
        new Promise((resolve) => clock.after(call.attempt === answering ? 100 : 1_000, () => resolve(reply('ok')))),
    );
    expect(notes).toEqual({ hedge: expected });
  });
});
