// Tests the stretches of time that are shown, and what the list makes of pictures of the whole cell.
import { describe, expect, it } from 'vitest';
import { pickedOf, stepText, stretchOf } from '../../../../console/screens/services/ranges.ts';
import { inboundOf, trafficOf, WINDOW_MS, windowsUntil } from '../../../../console/screens/services/windows.ts';

const NOW = Date.parse('2026-01-05T10:07:31.000Z');
const at = (time: string) => Date.parse(`2026-01-05T${time}:00.000Z`);

describe('a stretch', () => {
  it('ends with the present step and moves on', () => {
    expect(stretchOf('1h', NOW)).toEqual({ from: at('09:08'), to: at('10:08'), stepMs: 60_000, isMoving: true });
    expect(stretchOf('6h', NOW)).toEqual({ from: at('04:10'), to: at('10:10'), stepMs: 300_000, isMoving: true });
  });

  it('that was picked stays, on whole steps', () => {
    const picked = pickedOf(at('09:00') + 1_234.5, at('09:30') + 10);
    expect(stretchOf(picked, NOW)).toEqual({ from: at('09:00'), to: at('09:31'), stepMs: 60_000, isMoving: false });
  });

  it.each(['', 'nonsense', '5-3', '3', '-', '1-x'])('that cannot be read, %j, is the last hour', (text) => {
    expect(stretchOf(text, NOW)).toEqual(stretchOf('1h', NOW));
  });

  it('is asked for in whole minutes', () => {
    expect(stepText(3_600_000)).toBe('60m');
  });
});

describe('the traffic of all services', () => {
  const edge = (to: string, count: number, errorShare: number | null = 0, refusedShare: number | null = 0) => ({
    from: 'internet',
    to,
    count,
    errorShare,
    refusedShare,
  });

  it('is what comes in over all edges, weighed by their counts', () => {
    const window = inboundOf([
      edge('service:orders', 300, 0.1, 0),
      edge('service:orders', 100, 0, 0.5),
      edge('dependency:table', 900),
    ]);
    expect(window).toEqual(new Map([['orders', { count: 400, failed: 30, refused: 50 }]]));
    expect(trafficOf('orders', [undefined, window])).toEqual({
      rates: [null, 400 / 300],
      rate: 400 / 300,
      failedShare: 30 / 400,
      refusedShare: 50 / 400,
    });
  });

  it('is none, not unknown, of a service that nothing led to', () => {
    expect(trafficOf('idle', [new Map(), new Map()])).toEqual({
      rates: [0, 0],
      rate: 0,
      failedShare: null,
      refusedShare: null,
    });
  });

  it('is looked at in whole windows that are summed up', () => {
    const starts = windowsUntil(at('10:04'));
    expect(starts).toHaveLength(12);
    expect(starts[0]).toBe(at('09:00'));
    expect(starts.at(-1)).toBe(at('10:00') - WINDOW_MS);
  });
});
