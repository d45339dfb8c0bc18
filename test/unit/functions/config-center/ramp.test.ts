import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

/** What is said of a breaker with this `halfOpen`, without the place they all have. */
function saidOf(halfOpen: object): string[] {
  const dependencies = { payments: { breaker: { halfOpen } } };
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', dependencies });
  const place = '/dependencies/payments/breaker/halfOpen';
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path.replace(place, '')}: ${reason}`);
}

describe('a ramp', () => {
  it.each([
    [{ probes: 3, ramp: ['10%', '50%', '100%'], rampStage: '5s' }],
    [{ probes: 1, ramp: ['100%'] }],
    [{ probes: 10 }],
  ])('may be %j', (halfOpen) => {
    expect(saidOf(halfOpen)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ probes: 3, ramp: ['10%', '50%'] }, '/ramp/1: 50% is the last share; it must be 100%'],
    [{ probes: 3, ramp: ['50%', '10%', '100%'] }, '/ramp/1: 10% is not more than 50% before it'],
    [{ probes: 3, ramp: ['50%', '50%', '100%'] }, '/ramp/1: 50% is not more than 50% before it'],
    [{ probes: 3, ramp: ['0%', '100%'] }, '/ramp/0: 0% lets nobody in, and so can never be seen to go well'],
    [{ probes: 3, rampStage: '5s' }, '/rampStage: means nothing without ramp; write ramp: [10%, 50%, 100%]'],
    [{ probes: 3, ramp: ['100%'], rampStage: '10ms' }, '/rampStage: 10ms is not between 100ms and 1h'],
    [{ probes: 3, ramp: ['100%'], rampStage: '2h' }, '/rampStage: 2h is not between 100ms and 1h'],
  ])('is refused: %j', (halfOpen, error) => {
    expect(saidOf(halfOpen)).toEqual([error]);
  });

  it('has at least one share', () => {
    expect(saidOf({ probes: 3, ramp: [] })).toHaveLength(1);
  });
});
