// Gauges: whoever measures how full something is, and whoever asks, know each other by a name alone.
import { describe, expect, it } from 'vitest';
import { loadOf, registerGauge } from '../../../middleware/kernel/load.ts';
import { testInstance } from '../../support/instance.ts';

describe('the load of an instance', () => {
  it('is what the gauge of that name shows at that time', () => {
    const instance = testInstance();
    registerGauge(instance, 'writers', { share: (nowMs) => nowMs / 100 });
    expect(loadOf(instance, 'writers', 30)).toBe(0.3);
  });

  it('is unknown where nobody measures it, here or on another instance', () => {
    const instance = testInstance();
    registerGauge(testInstance(), 'writers', { share: () => 1 });
    expect(loadOf(instance, 'writers', 0)).toBeUndefined();
  });

  it('is that of whoever said last that they measure it', () => {
    const instance = testInstance();
    registerGauge(instance, 'writers', { share: () => 1 });
    registerGauge(instance, 'writers', { share: () => undefined });
    expect(loadOf(instance, 'writers', 0)).toBeUndefined();
  });
});
