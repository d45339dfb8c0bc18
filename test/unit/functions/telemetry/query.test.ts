import { describe, expect, it } from 'vitest';
import { seriesQueryOf } from '../../../../functions/telemetry/query.ts';

const NOW = Date.UTC(2026, 0, 5, 12, 30, 20);
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
      completeUntil: at(12, 29),
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
      completeUntil: at(10, 15),
    });
  });

  it('is of seven hours at most, however its range lies to its steps', () => {
    const { from, to } = query('service=orders&from=2026-01-05T00:59Z&to=2026-01-05T06:59Z&step=1h');
    expect([from, to]).toEqual([at(0, 0), at(7, 0)]);
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
      'metric of a resource is one of count, duration, refusals, instances',
    ],
    ['service=orders&dependency=a&metric=internal', 'metric of a dependency is one of'],
    ['service=orders&step=30s', 'step is a duration of whole minutes'],
    ['service=orders&step=often', 'step is a duration of whole minutes'],
    ['service=orders&step=0s', 'step is a duration of whole minutes'],
    ['service=orders&step=6h', 'up to an hour'],
    ['service=orders&from=yesterday', 'from is not a time'],
    ['service=orders&from=2026-01-05T12:00Z&to=2026-01-05T12:00Z', 'from must lie before to'],
    ['service=orders&from=2026-01-05T00:00Z&to=2026-01-05T06:01Z', '6 hours apart at most'],
  ])('is refused for %s', (text, reason) => {
    expect(() => query(text)).toThrow(reason);
  });
});
