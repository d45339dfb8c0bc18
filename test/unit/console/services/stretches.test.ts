// Tests the stretches of time that are shown.
import { describe, expect, it } from 'vitest';
import { pickedOf, stepText, stretchOf } from '../../../../console/screens/services/ranges.ts';

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
