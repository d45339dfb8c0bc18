// What an objective says: the gravest pair of windows that burns speaks for all of them.
import { describe, expect, it } from 'vitest';
import { objectiveCondition } from '../../../../../functions/alerting/signals/objectives.ts';
import { objectivesOf } from '../../../../../functions/telemetry/slo/objective.ts';
import { Standing } from '../../../../../functions/telemetry/slo/standing.ts';
import { whoseDoing } from '../../../../../functions/telemetry/slo/refusals.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const END = Date.UTC(2026, 10, 21, 12);

/** A minute of ten requests each, `bad` of which fail from `since` on. */
function condition(bad: number, sinceMs: number, requests = 10) {
  const [objective] = objectivesOf({ available: { objective: '99%' } });
  if (objective === undefined) throw new TypeError('no objective');
  const standing = new Standing(objective, END, whoseDoing({}));
  for (let at = END - 72 * HOUR; at < END; at += MINUTE) {
    const failed = at >= END - sinceMs ? bad : 0;
    standing.add(at, { outcomes: { ok: requests - failed, '5xx': failed } });
  }
  return objectiveCondition('orders', 'team-orders', standing.burning(), END);
}

describe('objectiveCondition', () => {
  it.each([
    ['nothing is bad', 0, 0, { firing: false, since: END, summary: 'available keeps to its budget' }],
    ['a burst is over before the short windows', 0, 2 * HOUR, { firing: false }],
    [
      'half of all fails for half an hour: somebody is woken',
      5,
      30 * MINUTE,
      {
        ...{ firing: true, severity: 'realtime', since: END - 5 * MINUTE },
        summary:
          'available burns its budget 25 times as fast as it may, over 1h and 5m: 150 of 600 requests were bad in 1h',
      },
    ],
    ['a tenth fails for eight hours: woken by the second pair', 1, 8 * HOUR, { firing: true, severity: 'realtime' }],
    ['a tenth fails for twenty hours and the pair of a day too', 1, 20 * HOUR, { firing: true, severity: 'realtime' }],
  ])('%s', (_what, bad, sinceMs, expected) => {
    expect(condition(bad, sinceMs)).toMatchObject({ key: 'slo/orders/available', kind: 'slo', ...expected });
  });

  it('waits for the next working hour when the budget goes slowly', () => {
    expect(condition(4, 30 * HOUR, 100)).toMatchObject({ firing: true, severity: 'deferred' });
  });
});
