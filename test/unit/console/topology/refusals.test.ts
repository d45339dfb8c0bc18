// A call that its caller's breaker kept back is not said to have been refused by the callee, which never saw it.
import { describe, expect, it } from 'vitest';
import type { MapEdge } from '../../../../console/screens/topology/answers.ts';
import { refusalsOf } from '../../../../console/screens/topology/refusals.ts';

const edge = (reportedBy: MapEdge['reportedBy'], refusedShare: number | null, count = 100): MapEdge => ({
  ...{ from: 'service:orders', to: 'service:payments', reportedBy, count, ratePerSecond: 1 },
  ...{ errorShare: 0, refusedShare, durationMs: null },
});

describe('what was refused', () => {
  it.each<[string, (MapEdge | undefined)[], object]>([
    ['is the callee’s where it alone tells of it', [edge('callee', 0.2)], { refused: 0.2, uncalled: 0 }],
    ['was not called where its caller tells of it', [edge('caller', 0.9)], { refused: 0, uncalled: 0.9 }],
    ['was not called where both tell: the caller’s figures count', [edge('both', 0.9)], { refused: 0, uncalled: 0.9 }],
    [
      'is told apart of all that come to one, each by its count',
      [edge('callee', 0.5, 300), edge('both', 1), undefined],
      { refused: 0.375, uncalled: 0.25 },
    ],
    ['is nothing of nothing', [undefined, edge('callee', null, 0)], { refused: 0, uncalled: 0 }],
  ])('%s', (_what, edges, shares) => {
    expect(refusalsOf(edges)).toEqual(shares);
  });
});
