// Memory of bounded size.
import { expect, it } from 'vitest';
import { Recent } from '../../../../middleware/throttle/recent.ts';

it('forgets what nobody used for longest once it is full', () => {
  const recent = new Recent<number>(4);
  for (const [i, key] of ['a', 'b', 'c'].entries()) recent.set(key, i);
  expect(recent.get('a')).toBe(0);
  recent.set('d', 3);
  recent.set('e', 4);
  expect([recent.get('b'), recent.get('a'), recent.get('e')]).toEqual([undefined, 0, 4]);
});

it('never holds more than its limit, whatever keys come', () => {
  const recent = new Recent<number>(100);
  for (let i = 0; i < 10_000; i++) {
    recent.set(`key-${i}`, i);
    recent.get(`key-${i - 60}`);
    expect(recent.size).toBeLessThanOrEqual(100);
  }
  expect(recent.get('key-9999')).toBe(9_999);
  expect(recent.get('key-1')).toBeUndefined();
});

it('keeps its size when a key is set again, and forgets what is deleted', () => {
  const recent = new Recent<number>(2);
  for (const value of [1, 2, 3]) recent.set('a', value);
  expect([recent.get('a'), recent.size]).toEqual([3, 1]);
  recent.delete('a');
  expect([recent.get('a'), recent.size]).toEqual([undefined, 0]);
});
