// Which jobs a list shows, and how many stand how.
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../console/screens/jobs/answers.ts';
import { choicesOf, countsOf, fitting, ofStatuses } from '../../../../console/screens/jobs/filter.ts';
import { urgencyOf } from '../../../../console/screens/jobs/status.ts';

const job = (part: Partial<Job>): Job => ({
  ...{ id: `orders:${part.job ?? 'x'}`, kind: 'declared', service: 'orders', job: 'x', status: 'up' },
  since: '2026-03-02T00:00:00Z',
  ...part,
});
const NIGHTLY = job({ job: 'nightly', owner: 'team-a', tags: ['money', 'daily'], status: 'failed' });
const BACKUP = job({ id: '5e1f0c', job: 'Backup', service: 'billing', kind: 'check', slug: 'bak-1', tags: ['db'] });
const LOAD = job({ job: 'load', owner: 'team-b', status: 'late' });
const JOBS = [NIGHTLY, BACKUP, LOAD];
const ALL = { text: '', service: '', tag: '', owner: '', kind: '' };

describe('a list of jobs', () => {
  it.each([
    [{ text: 'NIGHT' }, ['nightly']],
    [{ text: 'bak-1' }, ['Backup']],
    [{ text: 'orders: l' }, ['nightly', 'load']],
    [{ text: 'money nightly' }, ['nightly']],
    [{ service: 'billing' }, ['Backup']],
    [{ tag: 'db' }, ['Backup']],
    [{ tag: 'd' }, []],
    [{ owner: 'team-b' }, ['load']],
    [{ kind: 'check' }, ['Backup']],
    [{ kind: 'declared', text: 'a' }, ['nightly', 'load']],
    [{}, ['nightly', 'Backup', 'load']],
  ])('asked for %j', (filter, names) => {
    expect(fitting(JOBS, { ...ALL, ...filter }).map((one) => one.job)).toEqual(names);
  });

  it('shows the states that are asked for, and all when none is', () => {
    expect(ofStatuses(JOBS, ['late', 'failed'])).toEqual([NIGHTLY, LOAD]);
    expect(ofStatuses(JOBS, [])).toEqual(JOBS);
  });

  it('tells how many stand how, and what there is to choose from', () => {
    expect(Object.fromEntries(countsOf(JOBS))).toEqual({ failed: 1, up: 1, late: 1 });
    expect(choicesOf(JOBS)).toEqual({
      services: ['billing', 'orders'],
      tags: ['daily', 'db', 'money'],
      owners: ['team-a', 'team-b'],
    });
  });

  it('puts what nobody has seen before what somebody has, and both before what is well', () => {
    const seen = job({ job: 'seen', status: 'failed', acknowledged: { at: '', by: 'ada' } });
    const sorted = [BACKUP, seen, LOAD, NIGHTLY].sort((a, b) => urgencyOf(a) - urgencyOf(b));
    expect(sorted.map((one) => one.job)).toEqual(['nightly', 'load', 'seen', 'Backup']);
  });
});
