// What becomes of failed records: order in FIFO groups, when they are exhausted, how long they stay away.
import { describe, expect, it } from 'vitest';
import { compileBackoff } from '../../../../middleware/kernel/backoff.ts';
import { messageIdOf } from '../../../../middleware/kernel/batch.ts';
import { recordsOf } from '../../../../middleware/kernel/trigger.ts';
import {
  delayAfter,
  groupOf,
  isExhausted,
  restOf,
  visibilitySeconds,
  withGroups,
} from '../../../../middleware/redelivery/plan.ts';
import { sqs, sqsFifo, type QueueMessage } from '../../../support/events.ts';

const rule = {
  attempts: 5,
  backoff: compileBackoff({ initial: '2s', factor: 3, max: '15m', jitter: 'none' }),
};

describe('FIFO groups', () => {
  const messages: QueueMessage[] = [
    { messageId: 'x1', group: 'x' },
    { messageId: 'y1', group: 'y' },
    { messageId: 'x2', group: 'x' },
    { messageId: 'x3', group: 'x' },
    { messageId: 'y2', group: 'y' },
  ];
  const plan = (event: { Records: unknown[] }, failedIds: string[]) => {
    const records = recordsOf(event);
    const failed = records
      .filter((record) => failedIds.includes(messageIdOf(record)))
      .map((record) => ({ record, reason: 'no' }));
    const { attempted, behind } = withGroups(records, failed);
    return {
      attempted: attempted.map(({ record }) => messageIdOf(record)),
      behind: Object.fromEntries([...behind].map(([head, rest]) => [head, rest.map(messageIdOf)])),
    };
  };

  it('a failed record takes the rest of its group with it, others are not touched', () => {
    expect(plan(sqsFifo(messages), ['x2'])).toEqual({ attempted: ['x2'], behind: { x2: ['x3'] } });
  });
  it('only the first of a group was attempted', () => {
    expect(plan(sqsFifo(messages), ['x1', 'x3', 'y2'])).toEqual({
      attempted: ['x1', 'y2'],
      behind: { x1: ['x2', 'x3'], y2: [] },
    });
  });
  it('mean nothing to a standard queue, where a group is only about fairness', () => {
    const records = sqsFifo(messages, 'settlement').Records;
    expect(plan({ Records: records }, ['x1', 'x3'])).toEqual({ attempted: ['x1', 'x3'], behind: {} });
    expect(groupOf(recordsOf(sqs())[0] ?? {})).toBeUndefined();
  });
});

describe('exhausted', () => {
  it.each([
    ['before its attempts', 4, 0, false],
    ['after them', 5, 0, true],
    ['not by deferrals', 9, 5, false],
    ['by attempts among deferrals', 9, 4, true],
    ['never while nobody knows the deferrals', 50, undefined, false],
  ])('%s', (_name, receives, deferrals, exhausted) => {
    expect(isExhausted(rule, receives, deferrals)).toBe(exhausted);
  });
});

describe('delays', () => {
  it('grow with the attempts up to the max', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => delayAfter(rule, attempt, () => 0.5))).toEqual([
      2_000, 6_000, 18_000, 54_000, 162_000, 486_000, 900_000,
    ]);
  });
  it('decorrelated draws the earlier waits again', () => {
    const decorrelated = { attempts: 5, backoff: compileBackoff({ initial: '1s', jitter: 'decorrelated', max: '1h' }) };
    expect([1, 2, 3].map((attempt) => delayAfter(decorrelated, attempt, () => 0.5))).toEqual([2_000, 3_500, 5_750]);
  });
  it.each([
    [0, 0],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [-5, 0],
    [20 * 3_600_000, 12 * 3_600 - 60],
  ])('%i ms is a visibility of %i s', (ms, seconds) => {
    expect(visibilitySeconds(ms)).toBe(seconds);
  });
});

describe('a record that was refused comes back', () => {
  const restS = (delayMs: number | undefined, receives: number, chance = 1) => {
    const ms = restOf({ attributes: { ApproximateReceiveCount: String(receives) } }, delayMs, () => chance);
    return ms === undefined ? undefined : ms / 1_000;
  };
  it.each([
    ['when the refusal says', 1_000, 20, 1],
    ['when the refusal says, if that is later anyway', 600_000, 90, 600],
    ['more seldom after twenty receives', 1_000, 21, 2],
    ['more and more seldom', 1_000, 26, 64],
    ['after five minutes at most', 1_000, 99, 300],
    ['when the queue gives it back, if nobody says', undefined, 99, undefined],
  ])('%s', (_when, delayMs, receives, expected) => {
    expect(restS(delayMs, receives)).toBe(expected);
  });
  it('not at the same time as all others', () => {
    expect(restS(1_000, 99, 0)).toBe(150);
  });
  it('for hours before a maxReceiveCount of 100 is used up', () => {
    const receives = Array.from({ length: 99 }, (_, i) => i + 1);
    expect(receives.reduce((sum, each) => sum + (restS(1_000, each, 0.5) ?? 0), 0) / 3_600).toBeGreaterThan(4);
  });
});
