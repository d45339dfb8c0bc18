import { describe, expect, it } from 'vitest';
import { judge } from '../../../../../functions/batch-monitor/judge.ts';
import { DAY, ended, HOUR, job, MINUTE } from '../../../../support/jobs.ts';

const hourly = (failures: string) => job({ schedule: 'cron(0 * * * ? *)', failures, anchorAt: DAY });

/** Runs of successive hours: `+` went well, `-` failed, `/` was skipped. */
const runsOf = (text: string) =>
  [...text].map((sign, i) =>
    ended(DAY + (i + 1) * HOUR, sign === '+' ? 'succeeded' : sign === '-' ? 'failed' : 'skipped'),
  );

const changesOf = (failures: string, text: string, knownFrom?: number) => {
  const runs = runsOf(text);
  return judge(hourly(failures), runs, DAY + runs.length * HOUR + 2 * MINUTE, knownFrom).job.changes.map(
    ({ at, to }) => `${(at - DAY - MINUTE) / HOUR} ${to}`,
  );
};

describe('failures', () => {
  it.each([
    ['1 of 1', '+-+', ['1 up', '2 failed', '3 up']],
    ['2 of 2', '+-+--+', ['1 up', '5 failed', '6 up']],
    ['2 of 3', '-+-', ['1 up', '3 failed']],
    ['2 of 3', '+--+++', ['1 up', '3 failed', '5 up']],
    ['2 of 3', '-/-', ['1 up', '3 failed']],
    ['2 of 5', '+-+++-++', ['1 up', '6 failed', '7 up']],
    ['3 of 3', '----', ['1 up', '3 failed']],
  ])('%s of %s', (failures, text, changes) => {
    expect(changesOf(failures, text)).toEqual(changes);
  });

  it('says nothing of ends before which it does not know enough', () => {
    expect(changesOf('2 of 3', '--++-', DAY + HOUR)).toEqual(['3 failed', '4 up']);
  });

  it('takes a run that fell silent and ended after all for one', () => {
    const [first, second] = runsOf('-+');
    if (!first || !second) throw new Error('two runs');
    const silent = { ...second, lostAt: second.startedAt + 30_000 };
    const { changes } = judge(hourly('2 of 2'), [first, silent], DAY + 2 * HOUR + 2 * MINUTE).job;
    expect(changes.map(({ to }) => to)).toEqual(['up', 'failed', 'up']);
  });
});
