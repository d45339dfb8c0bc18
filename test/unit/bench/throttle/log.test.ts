// What many processes logged, read as one history.
import { describe, expect, it } from 'vitest';
import { historyOf } from '../../../../bench/throttle/processes/log.ts';

const LIMIT = { perSecond: 10, burst: 2 };

describe('the logs of many processes', () => {
  it('are merged by time before they are metered', () => {
    const logs = ['w\na 1000000\na 1000020\n', 'w\np\na 1000010\nr\n'];
    const history = historyOf(logs, LIMIT, 0, 2_000_000);
    expect(history).toMatchObject({ requests: 4, admitted: 3, writes: 2, waited: 1 });
    expect(history.overAdmission).toBeCloseTo(1, 3);
    expect(history.rateErrorPct).toBeCloseTo(85);
  });

  it('may end in half a line', () => {
    expect(historyOf(['a 1000000\na 10'], LIMIT, 0, 100_000)).toMatchObject({ requests: 1, admitted: 1 });
  });

  it('tell how much of the burst nobody used', () => {
    expect(historyOf(['a 1000000\n'], LIMIT, 1_000_000, 1_100_000)).toMatchObject({
      overAdmission: -1,
      rateErrorPct: 0,
    });
  });
});
