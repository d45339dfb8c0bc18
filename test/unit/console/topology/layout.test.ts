// The map's layout: nothing covers anything, the same graph is drawn alike, and what stands stays.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, type Box } from '../../../../console/screens/topology/boxes.ts';
import { layersOf, MOST_COLUMNS, type Arrow } from '../../../../console/screens/topology/layers.ts';
import { labelled, layoutOf, type Layout } from '../../../../console/screens/topology/layout.ts';
import { rising } from '../../../../console/screens/topology/order.ts';
import { pointAt } from '../../../../console/screens/topology/routes.ts';

/** Beside the navigation of a screen of 1,920 px. */
const WIDE_PX = 1_676;
/** On two busy cores; alone it takes some milliseconds. */
const PATIENCE_MS = 100;

const graphs = (most: { nodes: number; arrows: number }) =>
  fc.integer({ min: 1, max: most.nodes }).chain((count) => {
    const id = fc.integer({ min: 0, max: count - 1 }).map((n) => `service:s${String(n)}`);
    return fc.record({
      ids: fc.constant(Array.from({ length: count }, (_, n) => `service:s${String(n)}`)),
      arrows: fc.uniqueArray(fc.record({ from: id, to: id }), { maxLength: most.arrows, selector: keyOf }),
    });
  });

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Some labels have a line more, some are wide; each has a narrower form. */
const wanted = (one: Arrow, n: number) => {
  const height = n % 3 === 0 ? 31 : 17;
  const width = 60 + ((n * 17) % 70);
  return {
    key: keyOf(one),
    forms: [
      { width, height },
      { width: width / 2, height: height + 14 },
    ],
  };
};

function coveredPairs(layout: Layout, arrows: readonly Arrow[]): number {
  const all = [...layout.boxes.values(), ...[...labelled(layout, arrows.map(wanted)).values()].map(({ box }) => box)];
  let pairs = 0;
  all.forEach((box, i) => {
    for (const other of all.slice(i + 1)) if (overlap(box, other)) pairs++;
  });
  return pairs;
}

const arrow = (from: string, to: string): Arrow => ({ from, to });

describe('a map of up to a hundred nodes and three hundred edges', () => {
  it('has no box and no label that covers another, and is no wider than a screen of 1,920 px', () => {
    fc.assert(
      fc.property(graphs({ nodes: 100, arrows: 300 }), ({ ids, arrows }) => {
        const layout = layoutOf(ids, arrows);
        expect(coveredPairs(layout, arrows)).toBe(0);
        expect(layout.boxes.size).toBe(ids.length);
        expect(layout.width).toBeLessThanOrEqual(WIDE_PX);
      }),
      { numRuns: 60 },
    );
  });

  it('is laid out within 100 ms, labels and all', () => {
    const graph = fc.sample(graphs({ nodes: 100, arrows: 300 }), { seed: 7, numRuns: 200 });
    const [largest] = graph.sort((a, b) => b.ids.length + b.arrows.length - a.ids.length - a.arrows.length);
    expect(largest?.ids.length).toBeGreaterThan(80);
    const { ids, arrows } = largest ?? { ids: [], arrows: [] };
    const took = [1, 2, 3].map(() => {
      const begun = performance.now();
      labelled(layoutOf(ids, arrows), arrows.map(wanted));
      return performance.now() - begun;
    });
    expect(Math.min(...took)).toBeLessThan(PATIENCE_MS);
  });

  it('is drawn alike, in whatever order the answer has nodes and edges', () => {
    fc.assert(
      fc.property(graphs({ nodes: 40, arrows: 80 }), ({ ids, arrows }) => {
        const places = ({ places }: Layout) => [...places].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(places(layoutOf([...ids].reverse(), [...arrows].reverse()))).toEqual(places(layoutOf(ids, arrows)));
      }),
    );
  });

  it('keeps in their places those that stay when others come and go', () => {
    fc.assert(
      fc.property(graphs({ nodes: 40, arrows: 80 }), fc.nat({ max: 8 }), ({ ids, arrows }, coming) => {
        const before = layoutOf(ids, arrows);
        const staying = ids.slice(Math.floor(ids.length / 4));
        const all = [
          ...staying,
          ...Array.from({ length: Math.min(coming, staying.length) }, (_, n) => `new:${String(n)}`),
        ];
        const joined = all.flatMap((id, n) =>
          id.startsWith('new:') ? [arrow(all[n % staying.length] ?? '', id)] : [],
        );
        const kept = arrows.filter(({ from, to }) => all.includes(from) && all.includes(to));
        const after = layoutOf(all, [...kept, ...joined], before.places);
        for (const id of staying) expect(after.places.get(id)).toEqual(before.places.get(id));
        expect(coveredPairs(after, [...kept, ...joined])).toBe(0);
      }),
    );
  });
});

describe('a label', () => {
  const ends = [arrow('a', 'b')];
  const layout = layoutOf(['a', 'b'], ends);
  const labelOf = (...forms: readonly { width: number; height: number }[]) =>
    labelled(layout, [{ key: keyOf(ends[0] ?? arrow('', '')), forms }])
      .values()
      .next().value;

  it('is as large as what it says, where that has room', () => {
    expect(labelOf({ width: 101, height: 17 })).toMatchObject({ form: 0, box: { width: 101, height: 17 } });
  });

  it('has the first of its forms that has room, and is left out when none has', () => {
    expect(labelOf({ width: 400, height: 17 }, { width: 50, height: 31 })).toMatchObject({ form: 1 });
    expect(labelOf({ width: 400, height: 17 }, { width: 300, height: 31 })).toBeUndefined();
  });
});

describe('the column of a node', () => {
  it('is right of its callers', () => {
    const layers = layersOf(['a', 'b', 'c', 'd'], [arrow('a', 'b'), arrow('b', 'c'), arrow('a', 'c'), arrow('c', 'd')]);
    expect(['a', 'b', 'c', 'd'].map((id) => layers.get(id))).toEqual([0, 1, 2, 3]);
  });

  it('is right before the first that it calls, when nobody calls it', () => {
    const arrows = [arrow('web', 'a'), arrow('a', 'b'), arrow('b', 'c'), arrow('clock', 'c')];
    expect(layersOf(['web', 'a', 'b', 'c', 'clock'], arrows).get('clock')).toBe(2);
  });

  it('is found although calls go in a circle', () => {
    const layers = layersOf(
      ['web', 'a', 'b', 'c'],
      [arrow('web', 'a'), arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'a')],
    );
    expect(['web', 'a', 'b', 'c'].map((id) => layers.get(id))).toEqual([0, 1, 2, 3]);
  });

  it('is one of as many as fit beside each other, however long a chain is', () => {
    const ids = Array.from({ length: 60 }, (_, n) => `n${String(n).padStart(2, '0')}`);
    const layers = layersOf(
      ids,
      ids.slice(1).map((id, n) => arrow(ids[n] ?? '', id)),
    );
    const columns = ids.map((id) => layers.get(id) ?? -1);
    expect(columns).toEqual([...columns].sort((a, b) => a - b));
    expect([columns[0], columns.at(-1)]).toEqual([0, MOST_COLUMNS - 1]);
  });

  it('is the next when a column is full, as of what calls a hundred', () => {
    const called = Array.from({ length: 99 }, (_, n) => `n${String(n)}`);
    const layers = layersOf(
      ['hub', ...called],
      called.map((id) => arrow('hub', id)),
    );
    const rows = Array.from(
      { length: MOST_COLUMNS },
      (_, column) => called.filter((id) => layers.get(id) === column).length,
    );
    expect(Math.max(...rows)).toBeLessThanOrEqual(21);
  });
});

describe('a line', () => {
  it('passes between the boxes of the columns it crosses', () => {
    const ids = ['a', 'b1', 'b2', 'b3', 'c', 'd'];
    const arrows = [
      ...['b1', 'b2', 'b3'].flatMap((b) => [arrow('a', b), arrow(b, 'c')]),
      arrow('c', 'd'),
      arrow('a', 'd'),
    ];
    const { boxes, routes } = layoutOf(ids, arrows);
    const route = routes.get(keyOf(arrow('a', 'd'))) ?? [];
    const points = Array.from({ length: 200 }, (_, n) => pointAt(route, (n + 0.5) / 200));
    for (const [id, { x, y, width, height }] of boxes) {
      if (id === 'a' || id === 'd') continue;
      const inside = points.filter((p) => p.x > x && p.x < x + width && p.y > y && p.y < y + height);
      expect(inside, id).toEqual([]);
    }
  });

  it('goes from a box to itself, to one above it and back', () => {
    const { routes, boxes } = layoutOf(['a', 'b'], [arrow('a', 'a'), arrow('a', 'b'), arrow('b', 'a')]);
    for (const [key, route] of routes) {
      const [from, to] = key.split('\n').map((id) => boxes.get(id));
      const [start, end] = [pointAt(route, 0), pointAt(route, 1)];
      expect([from?.x, (from?.x ?? 0) + (from?.width ?? 0)]).toContain(start.x);
      expect([to?.x, (to?.x ?? 0) + (to?.width ?? 0)]).toContain(end.x);
    }
    expect(routes.size).toBe(3);
  });
});

describe('heights', () => {
  it('rise, and are as near to the wishes as that allows', () => {
    expect(rising([1, 2, 3])).toEqual([1, 2, 3]);
    expect(rising([3, 1, 2, 9])).toEqual([2, 2, 2, 9]);
  });
});
