// What a job that has failed says of it before anybody has looked further.
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../console/screens/jobs/answers.ts';
import { whyOf } from '../../../../console/screens/jobs/why.ts';

const FAILED: Run = {
  ...{ run: 'b', status: 'failed' },
  error: { name: 'TimeoutError', message: 'no answer', causes: [{ name: '', message: 'connection reset' }] },
};

describe('why a job has failed', () => {
  it('is what its alert tells', () => {
    expect(whyOf({ status: 'failed' }, ['Error: no disk', 'at backup'], [FAILED])).toEqual(['Error: no disk', 'at backup']); // prettier-ignore
  });

  it.each<[string, readonly Run[], readonly string[]]>([
    ['the exception of its last run, with what caused it', [FAILED], ['TimeoutError: no answer', 'connection reset']],
    ['that of the last one that has ended', [{ run: 'c', status: 'running' }, FAILED], ['TimeoutError: no answer', 'connection reset']], // prettier-ignore
    ['why a success counted as a failure', [{ run: 'a', status: 'failed', reason: 'read 0' }], ['read 0']],
    ['not that of one before a success', [{ run: 'c', status: 'succeeded' }, FAILED], []],
    ['nothing where no run tells', [{ run: 'a', status: 'failed' }], []],
    ['nothing where there is no run', [], []],
  ])('is %s, until there is an alert', (_what, runs, lines) => {
    expect(whyOf({ status: 'failed' }, undefined, runs)).toEqual(lines);
  });

  it('is not told of one that stands otherwise by a run of before', () => {
    expect(whyOf({ status: 'missed' }, undefined, [FAILED])).toEqual([]);
  });
});
