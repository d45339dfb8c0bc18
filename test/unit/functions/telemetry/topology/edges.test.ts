// What a service reports of its neighbours always fits: the edges of all services are read together.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { Slot } from '../../../../../functions/telemetry/sums/slot.ts';
import { edgesOf } from '../../../../../functions/telemetry/topology/edges.ts';
import { pack } from '../../../../../store/items/telemetry-detail.ts';

/** Text that nothing makes shorter. */
const noise = (seed: string) =>
  createHash('shake256', { outputLength: 220 }).update(seed).digest('base64').slice(0, 290);

it('of names and outcomes that are as many and as long as they may be, the busiest', () => {
  const outcomes = (seed: number) =>
    Object.fromEntries(Array.from({ length: 200 }, (_, i) => [noise(`${String(seed)} ${String(i)}`), seed + 1]));
  const functions = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`${noise(`f${String(i)}`)}:1`, 1]));
  const slot = new Slot();
  slot.add({ subjects: { service: { functions } } });
  for (let i = 0; i < 120; i++)
    slot.add({ subjects: { [`dependency#${noise(`d${String(i)}`)}`]: { outcomes: outcomes(i) } } });
  const edges = edgesOf(slot);
  expect(pack(edges ?? {}).length).toBeLessThanOrEqual(64 * 1024);
  const total = (data: { outcomes?: Record<string, number> }) =>
    Object.values(data.outcomes ?? {}).reduce((sum, count) => sum + count, 0);
  expect(edges?.calls.slice(0, 3).map(({ data }) => total(data))).toEqual([120 * 200, 119 * 200, 118 * 200]);
});

it('have no function of which only its being another is known', () => {
  const slot = new Slot();
  slot.add({ subjects: { service: { functions: { 'orders:1': 1, 'orders:2': 1, other: 3 } } } });
  expect(edgesOf(slot)?.functions).toEqual(['orders']);
});
