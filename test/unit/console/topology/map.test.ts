// What the map says: how nodes and edges fare, which five minutes are shown, and what of it is in sight.
import { describe, expect, it } from 'vitest';
import type { MapEdge } from '../../../../console/screens/topology/answers.ts';
import {
  edgeFigures,
  failsAny,
  isFound,
  nodeFigures,
  shortened,
  stemOf,
} from '../../../../console/screens/topology/figures.ts';
import { fitted, moved, opened, SCALE, showing, zoomed } from '../../../../console/screens/topology/view.ts';
import { endAt, queryOfHour, shownOf, STEP_MS, STEPS, stepOf } from '../../../../console/screens/topology/window.ts';

const edge = (from: string, to: string, more: Partial<MapEdge> = {}): MapEdge => ({
  ...{ from, to, reportedBy: 'both', count: 100, ratePerSecond: 1 },
  ...{ errorShare: 0, refusedShare: 0, durationMs: null },
  ...more,
});

describe('how an edge fares', () => {
  it.each([
    ['well', {}, 'ok'],
    ['well with few errors', { errorShare: 0.009 }, 'ok'],
    ['not well with 1 % errors', { errorShare: 0.01 }, 'warn'],
    ['not well with 1 % refused', { refusedShare: 0.01 }, 'warn'],
    ['not well with all refused, for refusals are no failures', { refusedShare: 1 }, 'warn'],
    ['badly with 5 % errors', { errorShare: 0.05 }, 'bad'],
    ['as nobody knows without calls', { count: 0, errorShare: null, refusedShare: null }, 'unknown'],
  ])('is %s', (_what, more, fares) => {
    expect(edgeFigures(edge('a', 'b', more)).fares).toBe(fares);
  });

  it('is unknown of what is not there', () => {
    expect(edgeFigures(undefined).fares).toBe('unknown');
  });

  it('is shown under errors only if anything failed or was refused', () => {
    expect([failsAny(edge('a', 'b')), failsAny(edge('a', 'b', { errorShare: 0.0001 }))]).toEqual([false, true]);
    expect([failsAny(edge('a', 'b', { refusedShare: 0.1 })), failsAny(undefined)]).toEqual([true, false]);
  });
});

describe('how a node fares', () => {
  it('is by all that comes in, each by its count', () => {
    const edges = [
      edge('a', 'b', { count: 900 }),
      edge('c', 'b', { errorShare: 0.6 }),
      edge('b', 'd', { errorShare: 1 }),
    ];
    expect(nodeFigures('b', edges)).toMatchObject({ fares: 'bad', count: 1_000, ratePerSecond: 2, errorShare: 0.06 });
  });

  it('is by what goes out where nothing comes in', () => {
    expect(nodeFigures('a', [edge('a', 'b', { errorShare: 0.02 })])).toMatchObject({ fares: 'warn', count: 100 });
  });
});

describe('names', () => {
  it('are cut in their middle when they are too long', () => {
    expect(shortened('flyball-prod-settlement', (text) => text.length <= 13)).toBe('flybal…lement');
    expect(shortened('orders', () => true)).toBe('orders');
    expect(shortened('ab', () => false)).toBe('a…');
  });

  it('leave out what many of them begin with', () => {
    const names = ['orders', 'shop-prod-settle', 'shop-prod-settle-dlq', 'shop-prod-nightly', 'shop-uploads'];
    expect([stemOf(names), stemOf(names.slice(0, 3)), stemOf(['a-b', 'a-c', 'a-d'])]).toEqual(['shop-prod-', '', '']);
  });

  it('are found by name, kind and function, all words of it', () => {
    const node = { id: 'service:orders', kind: 'service', name: 'orders', functions: ['shop-create'] };
    expect(['ORD', 'service ord', 'shop', 'queue'].map((words) => isFound(node, words))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('the five minutes that are shown', () => {
  const noon = Date.UTC(2026, 0, 5, 12);

  it('are the newest that are summed up, unless the address names others', () => {
    expect(shownOf(noon + 120_000, '')).toEqual({
      from: noon - STEP_MS,
      to: noon,
      last: noon,
      live: true,
      older: false,
    });
    expect(shownOf(noon, '2026-01-05T11:20:00.000Z')).toMatchObject({
      to: noon - 8 * STEP_MS,
      live: false,
      older: false,
    });
  });

  it('are the newest when the address names none, or what is yet to come', () => {
    for (const at of ['soon', '2026-01-05T13:00:00Z']) expect(shownOf(noon, at).live).toBe(true);
  });

  it('may lie before the last hour: then the hour is that which ends with them', () => {
    const shown = shownOf(noon, '2026-01-05T09:03:00Z');
    expect(shown).toMatchObject({ older: true, to: Date.UTC(2026, 0, 5, 9), last: Date.UTC(2026, 0, 5, 9) });
    expect(queryOfHour(shown.last)).toBe('?from=2026-01-05T08:00:00.000Z&to=2026-01-05T09:00:00.000Z');
  });

  it('are a step of twelve', () => {
    for (let step = 1; step <= STEPS; step++) expect(stepOf(shownOf(noon, endAt(noon, step)))).toBe(step);
  });
});

describe('what is in sight', () => {
  const window = { width: 1_000, height: 500 };
  const map = { width: 800, height: 300 };

  it('is all of a small map, no larger than life, in the middle', () => {
    expect(opened(map, window)).toEqual({ x: 100, y: 100, scale: 1 });
  });

  it('is as much of a large one as can be read, and all of it when that is asked for', () => {
    const large = { width: 1_600, height: 3_000 };
    expect(opened(large, window)).toMatchObject({ scale: SCALE.readable, y: 20 });
    const { x, y, scale } = fitted(large, window);
    expect([x >= 0, y >= 0, large.height * scale <= window.height, scale < SCALE.readable].every(Boolean)).toBe(true);
  });

  it('grows around the pointer', () => {
    const view = zoomed({ x: 100, y: 100, scale: 1 }, 2, { x: 300, y: 200 });
    expect(view).toEqual({ x: -100, y: 0, scale: 2 });
    expect(zoomed(view, 1_000, { x: 0, y: 0 }).scale).toBe(SCALE.most);
    expect(zoomed(view, 0, { x: 0, y: 0 }).scale).toBe(SCALE.least);
  });

  it('never loses the map', () => {
    const view = moved({ x: 0, y: 0, scale: 1 }, -9_999, 9_999, map, window);
    expect([view.x + map.width, view.y]).toEqual([80, 420]);
  });

  it('moves as little as shows what is chosen', () => {
    const view = { x: 0, y: 0, scale: 1 };
    expect(showing(view, { x: 100, y: 100, width: 50, height: 50 }, window)).toEqual(view);
    expect(showing(view, { x: 990, y: -50, width: 50, height: 50 }, window)).toEqual({ x: -60, y: 70, scale: 1 });
  });
});
