// Memory of bounded size.
import { expect, it } from 'vitest';
import { Recent } from '../../../../middleware/throttle/recent.ts';

it('forgets what was longest unused once it is full', () => {
  const recent = new Recent<number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3);
  expect([recent.get('a'), recent.get('b'), recent.get('c'), recent.size]).toEqual([1, undefined, 3, 2]);
});

it('keeps its size when a key is set again', () => {
  const recent = new Recent<number>(2);
  for (const value of [1, 2, 3]) recent.set('a', value);
  expect([recent.get('a'), recent.size]).toEqual([3, 1]);
  recent.delete('a');
  expect(recent.size).toBe(0);
});
