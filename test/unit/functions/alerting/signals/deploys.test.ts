// Deploys are what instances say: a version that none ran before, of a function that did run.
import { expect, it } from 'vitest';
import { deploysIn } from '../../../../../functions/alerting/signals/deploys.ts';

it('are versions seen for the first time, of functions that were seen before', () => {
  const seen = [
    { at: 30, functions: ['create:12', 'list:4'] },
    { at: 10, functions: ['create:11'] },
    { at: 20, functions: ['create:11', 'report:1'] },
    { at: 40, functions: ['create:12', 'create:11', 'list:5'] },
  ];
  expect(deploysIn(seen, 20)).toEqual([
    { at: 30, what: 'create runs version 12 (before: 11)' },
    { at: 40, what: 'list runs version 5 (before: 4)' },
  ]);
  expect(deploysIn(seen, 40)).toEqual([{ at: 40, what: 'list runs version 5 (before: 4)' }]);
});
