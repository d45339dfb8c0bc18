import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

/** What is found in jobs, as `path: reason`. */
function errorsOf(jobs: object): string[] {
  const validation = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', jobs });
  return validation.valid ? [] : validation.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

const daily = { schedule: '0 2 * * *', timezone: 'Europe/Berlin' };

describe('what a job is held to', () => {
  it.each<[object, string[]]>([
    [{ minRuntime: '10s', maxRuntime: '10m', noHeartbeatFor: '30s' }, []],
    [
      { minRuntime: '10m', maxRuntime: '10m' },
      ['/jobs/nightly/minRuntime: 10m is not less than maxRuntime (10m): no run could be right'],
    ],
    [
      { noHeartbeatFor: '29s' },
      ['/jobs/nightly/noHeartbeatFor: 29s is less than 30s; a run is heard of every 15s at most'],
    ],
  ])('%j has the errors %j', (terms, errors) => {
    expect(errorsOf({ nightly: { ...daily, ...terms } })).toEqual(errors);
  });
});
