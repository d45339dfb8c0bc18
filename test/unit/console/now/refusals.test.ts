// Who refuses, by service and by dependency, told from the topology.
import { describe, expect, it } from 'vitest';
import { refusalsOf } from '../../../../console/screens/now/refusals.ts';
import type { Edge } from '../../../../console/screens/now/answers.ts';

const NODES = [
  { id: 'internet', kind: 'internet', name: '' },
  { id: 'direct', kind: 'direct', name: '' },
  { id: 'service:orders', kind: 'service', name: 'orders' },
  { id: 'service:payments', kind: 'service', name: 'payments' },
  { id: 'host:rates.example', kind: 'host', name: 'rates.example' },
];
const edge = (from: string, to: string, ratePerSecond: number | null, refusedShare: number): Edge => ({
  ...{ from, to, ratePerSecond, refusedShare, count: 100 },
});

describe('refusals', () => {
  it('are added up over whoever calls a service, by how much they send', () => {
    const [only, ...others] = refusalsOf({
      nodes: NODES,
      edges: [edge('internet', 'service:orders', 30, 0.1), edge('direct', 'service:orders', 10, 0)],
    });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ service: 'orders', perSecond: 3 });
    expect(only?.share).toBeCloseTo(0.075);
  });

  it('of a call are those of its caller, by its dependency', () => {
    const edges = [
      { ...edge('service:orders', 'service:payments', 4, 0.5), dependencies: ['charges'] },
      edge('service:orders', 'host:rates.example', 2, 0.25),
    ];
    expect(refusalsOf({ nodes: NODES, edges })).toEqual([
      { service: 'orders', dependency: 'charges', perSecond: 2, share: 0.5 },
      { service: 'orders', dependency: 'rates.example', perSecond: 0.5, share: 0.25 },
    ]);
  });

  it('are none where nothing is refused, or nothing is summed up yet', () => {
    const edges = [edge('internet', 'service:orders', 5, 0), edge('internet', 'service:payments', null, 0)];
    expect(refusalsOf({ nodes: NODES, edges })).toEqual([]);
  });
});
