// The stream of a job, put together of pages that overlap while more comes in front.
import { describe, expect, it } from 'vitest';
import type { JobEvent, Run } from '../../../../console/screens/jobs/answers.ts';
import { keyOf, ofTypes, withNewest, withOlder, withOpenRuns } from '../../../../console/screens/jobs/events.ts';

const moment = (n: number) => new Date(Date.UTC(2026, 2, 2) + n * 60_000).toISOString();
const ping = (n: number): JobEvent => ({ type: 'ping', at: moment(n), ping: { n, kind: 'success', bodySize: 0 } });
const down = (from: number, to: number): JobEvent[] => Array.from({ length: from - to + 1 }, (_, i) => ping(from - i));
const numbers = (events: readonly JobEvent[]) => events.map(({ at }) => Math.round((Date.parse(at) - Date.UTC(2026, 2, 2)) / 60_000)); // prettier-ignore

describe('the newest page', () => {
  it('goes before what is known already, each event once', () => {
    const { events, meets } = withNewest(down(9, 1), down(11, 7));
    expect([numbers(events), meets]).toEqual([[11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], true]);
  });

  it('says of an event that is known what it has become', () => {
    const run = (status: Run['status']): JobEvent => ({ type: 'run', at: moment(1), run: { run: 'a', status } });
    const { events } = withNewest([run('running'), ping(0)], [run('succeeded')]);
    expect(events).toEqual([run('succeeded'), ping(0)]);
  });

  it('stands alone where it does not meet what is known: what lies between was never seen', () => {
    const { events, meets } = withNewest(down(9, 1), down(30, 26));
    expect([numbers(events), meets]).toEqual([[30, 29, 28, 27, 26], false]);
  });
});

describe('an older page', () => {
  it('goes behind, each event once', () => {
    expect(numbers(withOlder(down(9, 5), down(6, 2)))).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
  });
});

describe('runs that no end tells of', () => {
  const runs: Run[] = [
    { run: 'a', status: 'running', startedAt: moment(8) },
    { run: 'b', status: 'succeeded', startedAt: moment(7) },
    { run: 'c', status: 'lost', startedAt: moment(3) },
  ];

  it('stand where they began, and those that ended are told of by their pings', () => {
    expect(numbers(withOpenRuns([ping(9), ping(5)], runs, true))).toEqual([9, 8, 5, 3]);
  });

  it('wait for their part of the stream to be loaded', () => {
    expect(numbers(withOpenRuns([ping(9), ping(5)], runs, false))).toEqual([9, 8, 5]);
  });
});

describe('types', () => {
  const change: JobEvent = { type: 'change', at: moment(1), from: 'up', to: 'failed' };

  it('are those that are asked for, and all when none is', () => {
    expect(ofTypes([ping(2), change], ['change'])).toEqual([change]);
    expect(ofTypes([ping(2), change], [])).toEqual([ping(2), change]);
  });

  it('have keys of their own, also of one moment', () => {
    const step = (channel: string): JobEvent => ({
      type: 'alert',
      at: moment(1),
      alert: { id: 'x-1', what: 'sent', channel, detail: '' },
    });
    const keys = [ping(1), change, step('mail'), step('pager')].map(keyOf);
    expect(new Set(keys).size).toBe(4);
  });
});
