// Tests how a service is said to stand: by its alerts, and by the thresholds of the map.
import { describe, expect, it } from 'vitest';
import type { OpenAlert } from '../../../../console/api/alerts.ts';
import { rankOf, stateOf } from '../../../../console/screens/services/state.ts';
import type { Traffic } from '../../../../console/screens/services/windows.ts';

const traffic = (failedShare: number | null, refusedShare: number | null = 0, rate: number | null = 1): Traffic => ({
  ...{ rates: [rate], rate, failedShare, refusedShare },
});
const alert = (severity: OpenAlert['severity']): OpenAlert => ({
  ...{
    id: 'a-1',
    key: 'breaker/orders/a',
    episode: 1,
    status: 'firing',
    kind: 'breaker',
    service: 'orders',
    name: 'a',
  },
  ...{ severity, summary: 'open', since: '2027-03-01T08:59:00Z', noticedAt: '2027-03-01T09:00:00Z' },
  ...{ held: [], told: [], failing: [] },
});
const GOVERNED = { revision: 3 };
const standing = (of: Traffic, firing: readonly OpenAlert[] = [], waiting: readonly OpenAlert[] = []) =>
  stateOf(GOVERNED, of, firing, waiting);

describe('without an alert', () => {
  it('a service fails from 5 % errors, is unwell from 1 % errors or refusals, and is healthy below', () => {
    expect(standing(traffic(0.115, 0.797))).toMatchObject({ kind: 'bad', text: 'failing' });
    expect(standing(traffic(0.05))).toMatchObject({ kind: 'bad', text: 'failing' });
    expect(standing(traffic(0.049))).toMatchObject({ kind: 'warn', text: 'unwell' });
    expect(standing(traffic(0, 0.01))).toMatchObject({ kind: 'warn', text: 'unwell' });
    expect(standing(traffic(0.009, 0.009))).toMatchObject({ kind: 'ok', text: 'healthy' });
  });

  it('it is so whether or not it has rules', () => {
    expect(stateOf({}, traffic(0.5), [], []).text).toBe('failing');
    expect(stateOf({}, traffic(0), [], []).text).toBe('ungoverned');
  });

  it('one of which nothing is counted is not said to be well', () => {
    expect(standing(traffic(null, null, null)).text).toBe('uncounted');
    expect(standing(traffic(null, null, 0)).text).toBe('idle');
  });
});

describe('with alerts', () => {
  it('those that need somebody are told of, and weigh as much as what fails', () => {
    const high = [alert('high')];
    expect(standing(traffic(0), high, high)).toEqual({ kind: 'warn', text: 'alerting', count: 1 });
    expect(standing(traffic(0.2), high, high).kind).toBe('bad');
    const realtime = [alert('realtime')];
    expect(standing(traffic(0), realtime, realtime).kind).toBe('bad');
  });

  it('those that somebody has hide no failures', () => {
    expect(standing(traffic(0), [alert('realtime')])).toEqual({ kind: 'held', text: 'held', count: 1 });
    expect(standing(traffic(0.2), [alert('realtime')])).toMatchObject({ kind: 'bad', text: 'failing' });
  });
});

it('the worst come first, of one kind those of which the most fails', () => {
  const of = [traffic(0), traffic(0.06), traffic(0.02), traffic(0.5), traffic(0.5, 0.4), traffic(null, null, 0)];
  const sorted = [...of].sort((a, b) => rankOf(standing(a), a) - rankOf(standing(b), b));
  expect(sorted).toEqual([4, 3, 1, 2, 0, 5].map((i) => of[i]));
});
