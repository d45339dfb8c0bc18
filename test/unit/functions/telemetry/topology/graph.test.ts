import { describe, expect, it } from 'vitest';
import { edgesOf } from '../../../../../functions/telemetry/topology/edges.ts';
import { GraphBuilder, sharesOf } from '../../../../../functions/telemetry/topology/graph.ts';
import { Slot } from '../../../../../functions/telemetry/sums/slot.ts';
import type { SumData } from '../../../../../functions/telemetry/sums/data.ts';

const all = () => true;

function slot(subjects: Record<string, SumData>): Slot {
  const slot = new Slot();
  slot.add({ subjects });
  return slot;
}

const orders = () =>
  slot({
    service: { functions: { 'shop-orders:$LATEST': 1 } },
    'resource#create-order': { outcomes: { ok: 10 } },
    'inbound#http': { outcomes: { ok: 10 } },
    'dependency#payments': { outcomes: { ok: 8, timeout: 2 }, target: 'function:shop-payments' },
    'dependency#rates': { outcomes: { ok: 5 }, target: 'host:rates.example' },
    'dependency#cache': { outcomes: { ok: 1 } },
  });
const payments = () =>
  slot({
    service: { functions: { 'shop-payments:7': 1, 'shop-payments:8': 1 } },
    'inbound#service:orders': { outcomes: { ok: 9 } },
    'inbound#queue:refunds': { outcomes: { ok: 3 }, maxAgeMs: 900 },
  });

function built(...reports: [service: string, slot: Slot][]): GraphBuilder {
  const builder = new GraphBuilder();
  for (const [service, one] of reports) builder.add(service, edgesOf(one));
  return builder;
}

const shown = ({ from, to, reportedBy, sum }: ReturnType<GraphBuilder['graph']>['edges'][number]) =>
  `${from} > ${to} (${reportedBy}) ${sum.total}`;

describe('the map', () => {
  it('has one edge where caller and callee both report, with the figures of the caller', () => {
    const { edges } = built(['orders', orders()], ['payments', payments()]).graph(all);
    expect(edges.map(shown)).toEqual([
      'internet > service:orders (callee) 10',
      'queue:refunds > service:payments (callee) 3',
      'service:orders > dependency:cache (caller) 1',
      'service:orders > host:rates.example (caller) 5',
      'service:orders > service:payments (both) 10',
    ]);
  });

  it('has the edge of a caller that does not report, and of a callee that is nobody known', () => {
    expect(built(['payments', payments()]).graph(all).edges.map(shown)).toContain(
      'service:orders > service:payments (callee) 9',
    );
    expect(built(['orders', orders()]).graph(all).edges.map(shown)).toContain(
      'service:orders > function:shop-payments (caller) 10',
    );
  });

  it('knows a service whose library tells of no sources by its functions', () => {
    const older = slot({
      service: { functions: { 'shop-payments:7': 1 } },
      'resource#default': { outcomes: { ok: 1 } },
    });
    expect(built(['orders', orders()], ['payments', older]).graph(all).edges.map(shown)).toContain(
      'service:orders > service:payments (caller) 10',
    );
  });

  it('adds up stretches of time, and names a service by its functions once', () => {
    const { nodes, edges } = built(['orders', orders()], ['orders', orders()], ['payments', payments()]).graph(all);
    expect(edges.map(shown)).toContain('service:orders > service:payments (both) 20');
    expect(nodes.find(({ id }) => id === 'service:payments')).toEqual({
      id: 'service:payments',
      kind: 'service',
      name: 'payments',
      functions: ['shop-payments'],
    });
  });

  it('takes two dependencies on one function for one edge', () => {
    const twice = slot({
      'dependency#charge': { outcomes: { ok: 1 }, target: 'function:shop-payments' },
      'dependency#refund': { outcomes: { ok: 2 }, target: 'function:shop-payments' },
    });
    const { edges } = built(['orders', twice], ['payments', payments()]).graph(all);
    const edge = edges.find(({ from, to }) => from === 'service:orders' && to === 'service:payments');
    expect(edge).toMatchObject({ dependencies: ['charge', 'refund'], reportedBy: 'both' });
    expect(edge?.sum.total).toBe(3);
  });

  it('shows whoever may see one service its neighbours by name, and nothing beyond them', () => {
    const { nodes, edges } = built(['orders', orders()], ['payments', payments()]).graph((name) => name === 'orders');
    expect(edges.map(shown)).not.toContain('queue:refunds > service:payments (callee) 3');
    expect(nodes.find(({ id }) => id === 'service:payments')).not.toHaveProperty('functions');
    expect(nodes.map(({ id }) => id)).not.toContain('queue:refunds');
  });

  it('believes of a function that several services run that none does', () => {
    const evil = slot({ service: { functions: { 'shop-payments:7': 1, 'evil:1': 1 } } });
    const { nodes, edges } = built(['orders', orders()], ['payments', payments()], ['evil', evil]).graph(all);
    expect(edges.map(shown)).toEqual([
      'internet > service:orders (callee) 10',
      'queue:refunds > service:payments (callee) 3',
      'service:orders > dependency:cache (caller) 1',
      'service:orders > function:shop-payments (caller) 10',
      'service:orders > host:rates.example (caller) 5',
      'service:orders > service:payments (callee) 9',
    ]);
    expect(nodes.find(({ id }) => id === 'function:shop-payments')).toEqual({
      id: 'function:shop-payments',
      kind: 'function',
      name: 'shop-payments',
      claimedBy: ['evil', 'payments'],
    });
  });

  it('tells whoever sees a service alone what that reported, and nothing that its callers or callees did', () => {
    const seenBy = (...seen: string[]) =>
      built(['orders', orders()], ['payments', payments()]).graph((name) => seen.includes(name)).edges;
    expect(seenBy('payments').map(shown)).toEqual([
      'queue:refunds > service:payments (callee) 3',
      'service:orders > service:payments (callee) 9',
    ]);
    expect(seenBy('payments').filter((edge) => edge.dependencies !== undefined)).toEqual([]);
    expect(seenBy('orders').map(shown)).toContain('service:orders > service:payments (caller) 10');
  });

  it('shows nobody the calls to a function by claiming it', () => {
    const evil = slot({ service: { functions: { 'shop-payments:7': 1 } } });
    const { nodes, edges } = built(['orders', orders()], ['evil', evil]).graph((name) => name === 'evil');
    expect(edges).toEqual([]);
    expect(nodes.map(({ id }) => id)).toEqual(['service:evil']);
  });

  it('names those that claim a function only to whoever may see them', () => {
    const evil = slot({ service: { functions: { 'shop-payments:7': 1 } } });
    const { nodes } = built(['orders', orders()], ['payments', payments()], ['evil', evil]).graph(
      (name) => name === 'orders',
    );
    expect(nodes.find(({ id }) => id === 'function:shop-payments')).not.toHaveProperty('claimedBy');
  });

  it('has one node for a table, whether it is called or its changes invoke', () => {
    const both = slot({
      'dependency#orders-table': { outcomes: { ok: 3 }, target: 'table:orders' },
      'inbound#stream:orders': { outcomes: { ok: 2 } },
      'inbound#stream:clicks': { outcomes: { ok: 1 } },
    });
    const { nodes, edges } = built(['projector', both]).graph(all);
    expect(edges.map(shown)).toEqual([
      'service:projector > table:orders (caller) 3',
      'stream:clicks > service:projector (callee) 1',
      'table:orders > service:projector (callee) 2',
    ]);
    expect(nodes.map(({ id }) => id)).toEqual(['service:projector', 'stream:clicks', 'table:orders']);
  });

  it.each([[undefined], [null], ['edges'], [{ functions: 'x' }], [{ functions: [], calls: [] }]])(
    'is not disturbed by %j',
    (stranger) => {
      const builder = new GraphBuilder();
      builder.add('orders', stranger);
      expect(builder.graph(all)).toEqual({ nodes: [], edges: [] });
    },
  );
});

it('counts what the caller did wrong and what was refused apart from failures', () => {
  const { edges } = built([
    'orders',
    slot({ 'dependency#x': { outcomes: { ok: 4, timeout: 1, '503': 1, '404': 2, refused: 2 }, target: 'host:x' } }),
  ]).graph(all);
  const [edge] = edges;
  expect(edge && sharesOf(edge.sum)).toEqual({ failed: 0.2, refused: 0.2 });
});
