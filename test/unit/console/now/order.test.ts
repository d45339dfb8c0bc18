// Which alerts come first, so that a list does not jump while nothing changes.
import { expect, it } from 'vitest';
import type { OpenAlert } from '../../../../console/api/alerts.ts';
import { worstFirst } from '../../../../console/parts/standing.ts';

const of = (id: string, severity: OpenAlert['severity'], since: string) => ({ id, severity, since }) as OpenAlert;

it('lists the most severe first, of those the oldest, whatever order they came in', () => {
  const alerts = [
    of('c', 'deferred', '2027-03-01T01:00:00Z'),
    of('b', 'high', '2027-03-01T03:00:00Z'),
    of('d', 'realtime', '2027-03-01T05:00:00Z'),
    of('a', 'high', '2027-03-01T03:00:00Z'),
    of('e', 'high', '2027-03-01T02:00:00Z'),
  ];
  expect(alerts.toSorted(worstFirst).map(({ id }) => id)).toEqual(['d', 'e', 'a', 'b', 'c']);
  expect(
    alerts
      .toReversed()
      .sort(worstFirst)
      .map(({ id }) => id),
  ).toEqual(['d', 'e', 'a', 'b', 'c']);
});
