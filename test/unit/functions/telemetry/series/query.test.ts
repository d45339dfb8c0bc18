import { describe, expect, it } from 'vitest';
import { seriesQueryOf } from '../../../../../functions/telemetry/series/query.ts';

const NOW = Date.UTC(2026, 0, 5, 12, 30, 20);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (hour: number, minute: number) => Date.UTC(2026, 0, 5, hour, minute);
const query = (text: string) => seriesQueryOf(new URLSearchParams(text), NOW);

describe('a request for a series', () => {
  it('is of the last hour, by the minute, of all of a service, unless it says otherwise', () => {
    expect(query('service=orders')).toEqual({
      service: 'orders',
      subject: { kind: 'service' },
      metric: undefined,
      from: at(11, 30),
      to: at(12, 31),
      stepMs: 60_000,
      settled: { upTo: at(12, 27), open: [] },
      percentiles: [50, 95, 99],
      nowMs: NOW,
    });
  });

  it('widens its range to whole steps', () => {
    expect(
      query('service=orders&resource=create-order&metric=duration&from=2026-01-05T10:02Z&to=2026-01-05T10:13Z&step=5m'),
    ).toEqual({
      service: 'orders',
      subject: { kind: 'resource', name: 'create-order' },
      metric: 'duration',
      from: at(10, 0),
      to: at(10, 15),
      stepMs: 300_000,
      settled: { upTo: at(12, 27), open: [] },
      percentiles: [50, 95, 99],
      nowMs: NOW,
    });
  });

  it.each([
    ['the last five hours', 5 * HOUR, MINUTE],
    ['the last six hours', 6 * HOUR, 2 * MINUTE],
    ['the last day', 24 * HOUR, 5 * MINUTE],
    ['the last two days', 48 * HOUR, 10 * MINUTE],
    ['the last week', 7 * 24 * HOUR, HOUR],
    ['the last month', 30 * 24 * HOUR, 3 * HOUR],
    ['the last 90 days', 90 * 24 * HOUR, 12 * HOUR],
  ])('of %s has steps that make some hundred points', (_range, ms, stepMs) => {
    expect(query(`service=orders&from=${NOW - ms}`).stepMs).toBe(stepMs);
  });

  it.each([
    ['an hour of the day before yesterday', at(12, 0) - 48 * HOUR, 5 * MINUTE],
    ['an hour of two weeks ago', at(12, 0) - 14 * 24 * HOUR, HOUR],
  ])('of %s has steps as fine as there are that far back', (_range, from, stepMs) => {
    expect(query(`service=orders&from=${from}&to=${from + HOUR}`).stepMs).toBe(stepMs);
  });

  it.each([
    ['1m', 26 * HOUR],
    ['7m', 26 * HOUR],
    ['5m', 7 * 24 * HOUR],
    ['35m', 7 * 24 * HOUR],
    ['1h', 90 * 24 * HOUR],
    ['1d', 90 * 24 * HOUR],
  ])('in steps of %s reaches back so far, and no further', (step, reachMs) => {
    expect(query(`service=orders&step=${step}&from=${NOW - reachMs}`).stepMs).toBeGreaterThan(0);
    const further = `service=orders&step=${step}&from=${NOW - reachMs - 1}&to=${NOW - reachMs + HOUR}`;
    expect(() => query(further)).toThrow('multiples of 5m 7 days');
  });

  it('takes any percentiles, and what invoked the service as a subject', () => {
    expect(query('service=orders&source=queue:settlement&metric=ages&percentiles=50,90,99.9,50')).toMatchObject({
      subject: { kind: 'source', name: 'queue:settlement' },
      metric: 'ages',
      percentiles: [50, 90, 99.9],
    });
  });

  it('takes times in ms as well', () => {
    expect(query(`service=orders&from=${at(9, 0)}&to=${at(10, 0)}`)).toMatchObject({ from: at(9, 0), to: at(10, 0) });
  });

  it.each([
    ['resource=create-order', 'service is required'],
    ['service=Orders!', 'service is not the name'],
    ['service=orders&resource=a&dependency=b', 'not both'],
    ['service=orders&dependency=', 'dependency is a name'],
    ['service=orders&metric=latency', 'metric of a service is one of count, duration'],
    ['service=orders&metric=constructor', 'metric of a service is one of count, duration'],
    [
      'service=orders&resource=a&metric=attempts',
      'metric of a resource is one of count, duration, refusals, transitions, instances',
    ],
    ['service=orders&dependency=a&metric=internal', 'metric of a dependency is one of'],
    ['service=orders&step=30s', 'step is a duration of whole minutes'],
    ['service=orders&step=often', 'step is a duration of whole minutes'],
    ['service=orders&step=0s', 'step is a duration of whole minutes'],
    ['service=orders&step=8d', 'up to seven days'],
    ['service=orders&from=yesterday', 'from is not a time'],
    ['service=orders&from=2026-01-05T12:00Z&to=2026-01-05T12:00Z', 'from must lie before to'],
    [`service=orders&from=${NOW - 91 * 24 * HOUR}`, '90 days apart at most'],
    [`service=orders&from=${NOW - 91 * 24 * HOUR}&to=${NOW - 90 * 24 * HOUR}`, 'from lies too far back'],
    ['service=orders&resource=a&source=b', 'not both'],
    ['service=orders&resource=a&metric=ages', 'metric of a resource is one of'],
    ['service=orders&percentiles=0', 'percentiles are up to 10 numbers'],
    ['service=orders&percentiles=50,', 'percentiles are up to 10 numbers'],
    ['service=orders&percentiles=100', 'percentiles are up to 10 numbers'],
    ['service=orders&percentiles=1,2,3,4,5,6,7,8,9,10,11', 'percentiles are up to 10 numbers'],
  ])('is refused for %s', (text, reason) => {
    expect(() => query(text)).toThrow(reason);
  });
});
