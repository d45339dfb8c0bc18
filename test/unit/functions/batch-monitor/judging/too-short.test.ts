import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../functions/batch-monitor/judge.ts';
import { settledRuns } from '../../../../../functions/batch-monitor/judging/settled.ts';
import { inWords } from '../../../../../functions/batch-monitor/judging/took.ts';
import { ended, HOUR, job, MINUTE, run, SECOND, SLOT } from '../../../../support/jobs.ts';

const quick = job({ minRuntime: '10s' });

describe('minRuntime', () => {
  it.each([
    ['a success of exactly as long', ended(SLOT, 'succeeded', 10 * SECOND), 'succeeded', undefined],
    [
      'a shorter success',
      ended(SLOT, 'succeeded', 9_999),
      'failed',
      'too short: it took 9.9s, and at least 10s is expected',
    ],
    ['a short failure, which has a reason of its own', ended(SLOT, 'failed', 1), 'failed', undefined],
    ['a run that never began', ended(SLOT, 'skipped', 1), 'skipped', undefined],
    ['a run that still runs', run(), 'running', undefined],
  ] as const)('%s is %s', (_what, seen, status, reason) => {
    const [settled] = settledRuns(quick, [seen], SLOT + MINUTE);
    expect([settled?.status, settled?.reason]).toEqual([status, reason]);
  });

  it('makes the job failed since that run ended', () => {
    const runs = settledRuns(quick, [ended(SLOT, 'succeeded', 3 * SECOND)], SLOT + HOUR);
    expect(judge(quick, runs, SLOT + HOUR).job).toMatchObject({ status: 'failed', since: SLOT + 3 * SECOND });
  });

  it('judges nothing again that the monitor has seen the end of', () => {
    const seen = ended(SLOT, 'succeeded', SECOND, { dueAt: undefined });
    expect(settledRuns(quick, [seen], SLOT + HOUR)).toEqual([seen]);
  });
});

describe('a run that is silent', () => {
  const silent = run({ silenceMs: 5 * MINUTE, limitAt: SLOT + 15 * MINUTE });
  const after = (seen: typeof silent, nowMs: number) => judge(job(), settledRuns(job(), [seen], nowMs), nowMs).job;

  it('fails its job since it fell silent', () => {
    expect(after(silent, SLOT + 6 * MINUTE)).toMatchObject({ status: 'failed', since: SLOT + 5 * MINUTE });
  });

  it('makes it up again by an end that comes after all, whether or not anybody looked in between', () => {
    const seen = { ...silent, status: 'succeeded', endedAt: SLOT + 9 * MINUTE } as const;
    const late = after(seen, SLOT + 10 * MINUTE);
    expect(late.changes.map(({ at, to }) => [at - SLOT, to])).toEqual([
      [5 * MINUTE, 'failed'],
      [9 * MINUTE, 'up'],
    ]);
    expect(after({ ...seen, lostAt: SLOT + 5 * MINUTE }, SLOT + 10 * MINUTE)).toEqual(late);
  });

  it('has not overrun once it was given up', () => {
    const { changes } = after({ ...silent, maxRuntimeAt: SLOT + 10 * MINUTE }, SLOT + HOUR);
    expect(changes.map(({ to }) => to)).toEqual(['failed']);
  });
});

describe('a time in words', () => {
  it.each([
    [0, '0ms'],
    [850, '850ms'],
    [9_999, '9.9s'],
    [59_999, '59.9s'],
    [160_000, '2m40s'],
    [3_599_999, '59m59s'],
    [3_900_000, '1h05m'],
    [90_000_000, '25h00m'],
  ])('%i ms is %s', (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});
