// What flyball says of itself: by how far the merge has come, and by what is due and was not looked at.
import { describe, expect, it } from 'vitest';
import { mergeCondition, monitorCondition } from '../../../../../functions/alerting/signals/flyball.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12);
/** Up to when minutes are merged while the merge runs when it should. */
const USUAL = NOW - 3 * MINUTE;

describe('mergeCondition', () => {
  it.each([
    ['it has never run', undefined, { firing: false }],
    [
      'it runs when it should',
      { upTo: USUAL, open: {} },
      { firing: false, summary: 'telemetry is merged as it comes' },
    ],
    ['it is ten minutes behind', { upTo: USUAL - 10 * MINUTE, open: {} }, { firing: false }],
    [
      'it is eleven minutes behind',
      { upTo: USUAL - 11 * MINUTE, open: {} },
      {
        ...{ key: 'flyball/flyball/merge', kind: 'flyball', service: 'flyball', severity: 'high' },
        ...{ firing: true, since: USUAL - 11 * MINUTE },
        summary:
          'telemetry is not merged since 2026-11-21T11:46:00.000Z: objectives, rules of alerts, throttles and fleets are not judged',
      },
    ],
    [
      'it could not read one service',
      { upTo: USUAL, open: { orders: [[USUAL - 20 * MINUTE, USUAL - 19 * MINUTE] as const] } },
      {
        ...{ firing: true, since: USUAL - 20 * MINUTE },
        summary: expect.stringContaining('telemetry of orders is not merged since 2026-11-21T11:37:00.000Z') as string,
      },
    ],
    [
      'it could not read a minute of any',
      { upTo: USUAL, open: { '*': [[USUAL - 11 * MINUTE, USUAL - 10 * MINUTE] as const] } },
      { firing: true, since: USUAL - 11 * MINUTE },
    ],
    [
      'it could not read four services',
      {
        upTo: USUAL,
        open: Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, [[0, MINUTE] as const]])),
      },
      { firing: true, summary: expect.stringContaining('telemetry of a, b, c and 1 more is') as string },
    ],
  ])('%s', (_what, progress, expected) => {
    expect(mergeCondition(progress, NOW)).toMatchObject(expected);
  });
});

describe('monitorCondition', () => {
  it.each([
    [[], { firing: false, summary: 'jobs and checks are looked after' }],
    [
      ['jobs', 'checks'],
      {
        ...{ key: 'flyball/flyball/monitor', severity: 'high', firing: true, since: NOW - 5 * MINUTE },
        summary: 'jobs, checks should have been looked at five minutes ago: what becomes of them is not seen',
      },
    ],
  ])('of %j', (overdue, expected) => {
    expect(monitorCondition(overdue, NOW)).toMatchObject(expected);
  });
});
