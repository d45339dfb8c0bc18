// What those are told who publish at the same time as others.
import { describe, expect, it } from 'vitest';
import { lostRace } from '../../../../functions/config-center/conflicts.ts';
import type { RulesHead } from '../../../../store/items/rules.ts';

const head = (revision: number, seq: number): RulesHead => ({ revision, seq, publishedAt: 0 });

describe('who loses a race', () => {
  it.each<[string, RulesHead | undefined, RulesHead | undefined, string]>([
    [
      'finds another revision',
      head(15, 17),
      head(14, 16),
      'Somebody else published rules of "shop": revision 15 is in force.',
    ],
    [
      'expected another one',
      head(15, 17),
      undefined,
      'Somebody else published rules of "shop": revision 15 is in force.',
    ],
    [
      'finds what they began with, since the winner is still at it',
      head(14, 16),
      head(14, 16),
      'Somebody else is publishing rules of "shop": revision 14 is still in force.',
    ],
    [
      'finds the same revision with a part of the fleet given another',
      head(14, 17),
      head(14, 16),
      'Somebody else published rules of "shop": revision 14 is in force.',
    ],
    ['finds nothing yet', undefined, undefined, 'another publication is under way'],
  ])('%s', (_what, found, before, told) => {
    const problem = lostRace('shop', found, before);
    expect(problem).toMatchObject({ status: 409, code: 'PUBLISHED_MEANWHILE' });
    expect(problem.message).toContain(told);
    expect(problem.message).toContain('Compare, then publish again.');
  });
});
