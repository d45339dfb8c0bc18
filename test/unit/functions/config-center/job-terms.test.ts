import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

/** What is found in jobs, as `path: reason`. */
function errorsOf(jobs: object): string[] {
  const validation = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', jobs });
  return validation.valid ? [] : validation.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

const daily = { schedule: '0 2 * * *', timezone: 'Europe/Berlin' };

describe('what a job waits for', () => {
  const all = (after: Record<string, string[]>) =>
    errorsOf(Object.fromEntries(Object.entries(after).map(([name, names]) => [name, { ...daily, after: names }])));

  it('is a job of the document, or of another service', () => {
    expect(errorsOf({ load: daily, report: { ...daily, after: ['load', 'billing:invoices'] } })).toEqual([]);
    expect(errorsOf({ load: daily, report: { ...daily, after: ['loads'] } })).toEqual([
      '/jobs/report/after/0: there is no job "loads" in this document; there are load, report',
    ]);
    expect(errorsOf({ load: daily, report: { ...daily, after: ['load', 'orders:load'] } })).toEqual([
      '/jobs/report/after/1: "orders:load" stands here twice',
    ]);
  });

  it('waits neither for it nor for what waits for it', () => {
    expect(all({ a: ['a'] })).toEqual(['/jobs/a/after/0: "a" would wait for itself: a, a']);
    expect(all({ a: ['b'], b: ['c'], c: ['orders:a'] })).toEqual([
      '/jobs/a/after/0: "a" would wait for itself: a, b, c, a',
      '/jobs/b/after/0: "b" would wait for itself: b, c, a, b',
      '/jobs/c/after/0: "c" would wait for itself: c, a, b, c',
    ]);
  });
});

describe('what a job is held to', () => {
  it.each<[object, string[]]>([
    [{ minRuntime: '10s', maxRuntime: '10m', noHeartbeatFor: '30s' }, []],
    [
      { minRuntime: '10m', maxRuntime: '10m' },
      ['/jobs/nightly/minRuntime: 10m is not less than maxRuntime (10m): no run could be right'],
    ],
    [
      { noHeartbeatFor: '29s' },
      ['/jobs/nightly/noHeartbeatFor: 29s is less than 30s; a run is heard of every 15s at most'],
    ],
    [{ finishBy: '06:00' }, []],
    [{ alert: { severity: 'deferred', runbook: 'https://wiki.example/nightly', deferUntil: '06:30' } }, []],
    [{ blocking: true, alert: { severity: 'high' } }, []],
    [{ alert: {} }, ['/jobs/nightly/alert: says nothing; name severity, runbook or deferUntil']],
    [
      { alert: { runbook: 'ftp://wiki.example' } },
      ['/jobs/nightly/alert/runbook: an address such as https://wiki.example/nightly'],
    ],
    [
      { alert: { runbook: 'https://ada@wiki.example/nightly' } },
      [
        '/jobs/nightly/alert/runbook: has a name or a password before the host, which everybody told would read; leave them out',
      ],
    ],
    [
      { blocking: true, alert: { severity: 'deferred' } },
      [
        '/jobs/nightly/alert/severity: is deferred, and the job is blocking: business would stand still until the morning',
      ],
    ],
    [
      { alert: { severity: 'high', deferUntil: '06:30' } },
      ['/jobs/nightly/alert/deferUntil: is for what is deferred, and this is high: it is never held'],
    ],
    [
      { blocking: true, alert: { deferUntil: '06:30' } },
      ['/jobs/nightly/alert/deferUntil: is for what is deferred, and this is realtime: it is never held'],
    ],
    [{ finishBy: '6am' }, ['/jobs/nightly/finishBy: "6am" is not a time of the day; write 06:00 or 23:30']],
    [
      { finishBy: '02:04' },
      ['/jobs/nightly/finishBy: 02:04 comes before a start within startDeadline (5m) would be too late'],
    ],
    [
      { finishBy: '03:00', minRuntime: '2h' },
      ['/jobs/nightly/finishBy: 03:00 comes before a run of minRuntime (2h) can be done'],
    ],
    [
      { schedule: 'rate(1 day)', finishBy: '06:00' },
      ['/jobs/nightly/finishBy: a rate(…) has no slots of the day; give the job a schedule such as cron(0 2 * * ? *)'],
    ],
    [{ failures: '2 of 5' }, []],
    [
      { failures: '3 of 2' },
      ['/jobs/nightly/failures: "3 of 2" is not such as 2 of 5: so many failures of so many runs, 20 at most'],
    ],
    [{ notMoreThan: '1/d', overlap: 'forbid' }, []],
    [
      { notMoreThan: '1/7d' },
      ['/jobs/nightly/notMoreThan: 1/7d is less than its own schedule starts it (at 02:00, Europe/Berlin)'],
    ],
    [
      { notMoreThan: '0.5/h' },
      ['/jobs/nightly/notMoreThan: 0.5/h is not a number of starts from 1 to 40; name a shorter or a longer time'],
    ],
    [{ expect: { written: { atLeast: 1 }, read: { atLeast: '50% of the median of 10', atMost: 1e6 } } }, []],
    [{ expect: {} }, ['/jobs/nightly/expect: expects nothing; name read, written or failed']],
    [{ expect: { read: {} } }, ['/jobs/nightly/expect/read: has neither atLeast nor atMost']],
    [{ expect: { read: { atLeast: 0 } } }, ['/jobs/nightly/expect/read/atLeast: is 0, which every count is']],
    [
      { expect: { read: { atLeast: 5, atMost: 4 } } },
      ['/jobs/nightly/expect/read/atLeast: 5 is more than atMost (4): no run could be right'],
    ],
    [
      { expect: { read: { atLeast: 'half' } } },
      [
        '/jobs/nightly/expect/read/atLeast: "half" is not a number or such as 50% of the median of 10, of 20 runs at most',
      ],
    ],
    [{ duration: { anomaly: '3x' } }, []],
    [
      { duration: { anomaly: '1x' } },
      ['/jobs/nightly/duration/anomaly: "1x" is not such as 3x: more than 1x, and less than 1000x'],
    ],
    [
      {
        pauses: [
          { from: '2026-12-24T00:00:00+01:00', to: '2026-12-27T00:00:00+01:00', reason: 'Christmas' },
          { schedule: '0 22 * * 5', for: '2d' },
        ],
      },
      [],
    ],
    [
      { pauses: [{ from: '2026-12-24T00:00:00Z', to: '2026-12-24T01:00:00+01:00' }] },
      [
        '/jobs/nightly/pauses/0/to: 2026-12-24T01:00:00+01:00 is not after 2026-12-24T00:00:00Z, where the pause begins',
      ],
    ],
    [
      { pauses: [{ schedule: '0 22 * * *', for: '25h' }] },
      ['/jobs/nightly/pauses/0/for: 25h is as long as the time until it comes again: it is never over'],
    ],
    [
      { pauses: [{ schedule: 'rate(1 day)', for: '1h' }] },
      ['/jobs/nightly/pauses/0/schedule: a rate(…) tells no time at which the pause begins; write 0 22 * * 5'],
    ],
    [
      { pauses: [{ from: '2026-12-24T00:00:00Z' }] },
      ['/jobs/nightly/pauses/0/to: is required: a time such as 2027-01-01T12:00:00Z'],
    ],
  ])('%j has the errors %j', (terms, errors) => {
    expect(errorsOf({ nightly: { ...daily, ...terms } })).toEqual(errors);
  });
});
