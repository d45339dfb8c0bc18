// What shedding does to an invocation: by priority under load, and while an operator's pause is in force.
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import { settlementOf } from '../../../../middleware/kernel/deferral.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import type { Invocation } from '../../../../middleware/kernel/invocation.ts';
import { registerGauge } from '../../../../middleware/kernel/load.ts';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import { answerFor } from '../../../../middleware/kernel/refusal.ts';
import type { Priority } from '../../../../middleware/kernel/rules/priorities.ts';
import type { Mode } from '../../../../middleware/kernel/rules/document.ts';
import { shedPolicy } from '../../../../middleware/shed/index.ts';
import { LONGEST_AWAY_MS } from '../../../../middleware/shed/refused.ts';
import { seededRandom } from '../../../../middleware/testing/random.ts';
import type { Item, Table } from '../../../../store/port.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable, testInstance, testInvocation } from '../../../support/instance.ts';

const resources = {
  report: { match: { path: '/report' }, priority: 'sheddable' },
  order: { match: { path: '/orders' } },
  payment: { match: { path: '/payments' }, priority: 'critical' },
  backfill: { match: { trigger: 'queue', source: 'backfill' }, priority: 'sheddable' },
  tail: { match: { trigger: 'stream' }, priority: 'sheddable' },
  nightly: { match: { trigger: 'schedule' }, priority: 'sheddable' },
} as const;

const PATH = { sheddable: '/report', normal: '/orders', critical: '/payments' } as const;

interface World {
  readonly load?: number | undefined;
  readonly mode?: Mode;
  readonly paused?: Item[string];
  readonly random?: () => number;
}

/** An instance with a gauge that shows `load`, whose store has `paused` on the head of its rules. */
async function world({ load, mode = 'enforce', paused, random = () => 0.5 }: World) {
  const clock = fakeClock();
  const head = { pk: 'ctl#rules#orders', sk: 'head', v: 1, paused };
  const table: Table = { ...noTable, get: () => Promise.resolve(head) };
  const instance = testInstance({
    clock,
    random,
    table,
    rules: { resources, shedding: { when: { concurrency: 'writers', above: '80%' }, mode } },
  });
  registerGauge(instance, 'writers', { share: () => load });
  const refusals: unknown[][] = [];
  instance.recorder = { ...silentRecorder, refusal: (...refusal) => refusals.push(refusal) };
  await instance.rules.run(clock.now(), new AbortController().signal);
  return { clock, instance, refusals };
}

function before(instance: Instance, event: unknown): { invocation: Invocation; refused: Refused | undefined } {
  const invocation = testInvocation(instance, event);
  try {
    void shedPolicy.before?.(invocation, invocation.snapshot.of(shedPolicy));
    return { invocation, refused: undefined };
  } catch (error) {
    if (error instanceof Refused) return { invocation, refused: error };
    throw error;
  }
}

const request = (priority: Priority) => events.httpV2({ path: PATH[priority] });
const refuses = (instance: Instance, priority: Priority) => before(instance, request(priority)).refused !== undefined;

describe('under load', () => {
  it.each([
    [0.8, [false, false, false]],
    [0.86, [true, false, false]],
    [0.96, [true, true, false]],
    [1, [true, true, true]],
    [undefined, [false, false, false]],
  ])('at %s of the permits in use it refuses sheddable, normal and critical: %s', async (load, refused) => {
    const { instance } = await world({ load });
    expect((['sheddable', 'normal', 'critical'] as const).map((one) => refuses(instance, one))).toEqual(refused);
  });

  it('refuses the share that the load asks for, by chance', async () => {
    const { instance } = await world({ load: 0.85, random: seededRandom(3) });
    const refused = Array.from({ length: 2_000 }, () => refuses(instance, 'sheddable')).filter(Boolean).length;
    expect(refused / 2_000).toBeGreaterThan(0.46);
    expect(refused / 2_000).toBeLessThan(0.54);
  });

  it('says which rule, which priority and when to come back', async () => {
    const { instance, refusals } = await world({ load: 0.9 });
    const { invocation, refused } = before(instance, request('sheddable'));
    expect(refused).toMatchObject({ by: 'shed', rule: 'shedding', statusCode: 503, headers: { 'retry-after': '2' } });
    const answer = refused && (answerFor(invocation, refused) as { body: string });
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({
      status: 503,
      by: 'shed',
      rule: 'shedding',
      priority: 'sheddable',
      detail: '90% of "writers" is in use, and what is sheddable is refused for it; come back in 2 s',
    });
    expect(refusals).toEqual([['shed', 'shedding', 'report', 1, false]]);
  });

  it('only counts in shadow, and does nothing when disabled', async () => {
    const shadow = await world({ load: 0.9, mode: 'shadow' });
    expect(refuses(shadow.instance, 'sheddable')).toBe(false);
    expect(shadow.refusals).toEqual([['shed', 'shedding', 'report', 1, true]]);
    const disabled = await world({ load: 1, mode: 'disabled' });
    expect(refuses(disabled.instance, 'sheddable')).toBe(false);
    expect(disabled.refusals).toEqual([]);
  });

  it('sends the records of a queue back, for longer the oftener they came', async () => {
    const { instance, refusals } = await world({ load: 0.9 });
    const messages = [1, 3, 99].map((receives, i) => ({ messageId: `m${i}`, receives }));
    const event = events.sqs(messages, 'backfill');
    const { invocation, refused } = before(instance, event);
    expect(refused).toMatchObject({ by: 'shed', rule: 'shedding' });
    const delays = settlementOf(invocation).deferrals.map(({ delayMs }) => delayMs);
    expect(delays).toEqual([4_375, 17_500, 0.875 * LONGEST_AWAY_MS]);
    expect(refusals).toEqual([['shed', 'shedding', 'backfill', 3, false]]);
  });

  it('leaves streams alone: a refusal would stop the shard', async () => {
    const { instance } = await world({ load: 1, paused: pausedFor(60_000) });
    expect(before(instance, events.kinesis()).refused).toBeUndefined();
  });
});

const pausedFor = (ms: number, priority = 'sheddable') => ({
  priority,
  until: fakeClock().now() + ms,
  reason: 'the database moves',
});

describe('a pause', () => {
  it.each<[string, boolean[]]>([
    ['sheddable', [true, false, false]],
    ['normal', [true, true, false]],
  ])('of what is %s refuses sheddable, normal and critical: %s', async (priority, refused) => {
    const { instance } = await world({ paused: pausedFor(60_000, priority) });
    expect((['sheddable', 'normal', 'critical'] as const).map((one) => refuses(instance, one))).toEqual(refused);
  });

  it('says until when, and not the reason, which is the operator’s', async () => {
    const { instance, refusals } = await world({ paused: pausedFor(90_000) });
    const { refused } = before(instance, request('sheddable'));
    expect(refused).toMatchObject({
      by: 'shed',
      rule: 'paused',
      statusCode: 503,
      problem: { priority: 'sheddable' },
      headers: { 'retry-after': '90' },
      message: 'FLYBALL_REFUSED: what is sheddable is paused until 2026-01-05T12:01:30.000Z; come back in 90 s',
    });
    expect(refusals).toEqual([['shed', 'paused', 'report', 1, false]]);
  });

  it('ends by itself, on the ms', async () => {
    const { clock, instance } = await world({ paused: pausedFor(60_000) });
    clock.advance(59_999);
    expect(refuses(instance, 'sheddable')).toBe(true);
    clock.advance(1);
    expect(refuses(instance, 'sheddable')).toBe(false);
  });

  it('keeps a queue’s records away until a little after its end, all at their own time', async () => {
    const { instance } = await world({ paused: pausedFor(60_000), random: seededRandom(1) });
    const records = Array.from({ length: 10 }, (_, i) => ({ messageId: `m${i}` }));
    const { invocation } = before(instance, events.sqs(records, 'backfill'));
    const delays = settlementOf(invocation).deferrals.map(({ delayMs }) => delayMs ?? 0);
    expect(new Set(delays).size).toBe(10);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(75_000);
  });

  it('has them look again every half hour when it is long: it may be lifted', async () => {
    const { instance } = await world({ paused: pausedFor(86_400_000) });
    const { invocation } = before(instance, events.sqs([{ messageId: 'a' }], 'backfill'));
    expect(settlementOf(invocation).deferrals[0]?.delayMs).toBe(0.875 * LONGEST_AWAY_MS);
  });

  it('skips a scheduled run', async () => {
    const { instance } = await world({ paused: pausedFor(60_000) });
    const { invocation, refused } = before(instance, events.schedule());
    expect(refused && answerFor(invocation, refused)).toEqual({ skipped: true, rule: 'paused' });
  });

  it.each([
    ['none', undefined],
    ['of what is critical, which is never paused', pausedFor(60_000, 'critical')],
    ['that nobody wrote', 'soon'],
    ['without an end', { priority: 'sheddable', reason: 'x' }],
  ])('%s pauses nothing', async (_what, paused) => {
    const { instance } = await world({ paused });
    expect(refuses(instance, 'sheddable')).toBe(false);
  });
});
