// What rules may say of a service's logs.
import { describe, expect, it } from 'vitest';
import { neededVersion, newFieldsOf } from '../../../../functions/config-center/since.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const NOON = Date.UTC(2026, 0, 5, 12);

function errorsOf(logs: unknown, nowMs?: number): string[] {
  const document = { apiVersion: 'flyball/v1', service: 'orders', logs };
  const result = validateDocument('orders', document, nowMs);
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('the rules of logs', () => {
  it.each([
    [{ level: 'DEBUG' }],
    [{ level: 'ERROR', until: '2026-01-05T12:00:00.001Z' }],
    [{ level: 'WARN', until: '2026-01-05T14:00:00+01:00' }],
  ])('may be %o', (logs) => {
    expect(errorsOf(logs, NOON)).toEqual([]);
  });

  it.each([
    [{}, '/logs/level'],
    [{ level: 'TRACE' }, '/logs/level'],
    [{ level: 'debug' }, '/logs/level'],
    [{ level: 'DEBUG', until: 'tomorrow' }, '/logs/until'],
    [{ level: 'DEBUG', until: '2026-02-31T12:00:00Z' }, '/logs/until'],
    [{ level: 'DEBUG', until: '2026-01-05T12:00:00' }, '/logs/until'],
    [{ level: 'DEBUG', till: '2026-01-06T12:00:00Z' }, '/logs/till'],
  ])('are not %o', (logs, path) => {
    expect(errorsOf(logs, NOON).map((error) => error.split(': ')[0])).toEqual([path]);
  });

  it.each(['2026-01-05T12:00:00Z', '2026-01-05T12:59:59+01:00', '2020-01-01T00:00:00Z'])(
    'end later than they come in force: not at %s',
    (until) => {
      expect(errorsOf({ level: 'DEBUG', until }, NOON)).toEqual([
        `/logs/until: ${until} is past: the level would change nothing; leave logs out, or name a later time`,
      ]);
    },
  );

  it('may have ended by the time a revision is gone back to', () => {
    expect(errorsOf({ level: 'DEBUG', until: '2020-01-01T00:00:00Z' })).toEqual([]);
  });

  it('are found past beside errors elsewhere', () => {
    const document = {
      ...{ apiVersion: 'flyball/v1', service: 'orders' },
      throttles: { all: { limit: 'much' } },
      logs: { level: 'DEBUG', until: '2020-01-01T00:00:00Z' },
    };
    expect(validateDocument('orders', document, NOON)).toMatchObject({
      errors: [{ path: '/throttles/all/limit' }, { path: '/logs/until' }],
    });
  });

  it('need a library that knows them', () => {
    const document = { apiVersion: 'flyball/v1', service: 'orders', logs: { level: 'DEBUG' } };
    expect(neededVersion(newFieldsOf(document))).toBe('0.3.0');
  });
});
