// What is refused of faults so that a drill stays a drill: half of everybody at most, whatever it is written as.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const until = '2027-01-01T12:00:00Z';
const resources = { pay: { match: { path: '/pay' } }, other: { match: { path: '/other' } } };
const dependencies = { rates: { target: { url: 'https://rates.example' } } };

function found(faults: Readonly<Record<string, object>>): string[] {
  const timed = Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, { until, ...fault }]));
  const document = { apiVersion: 'flyball/v1', service: 'shop', resources, dependencies, faults: timed };
  const validation = validateDocument('shop', document, Date.parse('2026-12-31T12:00:00Z'));
  return validation.valid ? [] : validation.errors.map(({ path, reason }) => `${path} ${reason}`);
}

const abort = (share: string) => ({ abort: { share, status: 503 } });
const delay = (share: string) => ({ delay: { share, for: '5s' } });
const at = { resources: ['pay'] };

describe('all of one place', () => {
  it.each<[string, Readonly<Record<string, object>>]>([
    ['half of everybody by one', { a: { ...at, ...abort('50%') } }],
    ['less than half by several', { a: { ...at, ...abort('25%') }, b: { ...at, ...abort('25%') } }],
    ['half each at different places', { a: { ...at, ...abort('50%') }, b: { resources: ['other'], ...abort('50%') } }],
    [
      'some more of those that are named',
      { a: { ...at, ...abort('50%') }, b: { ...at, match: { 'header:x-drill': 'yes' }, ...abort('100%') } },
    ],
    ['some more that only count', { a: { ...at, ...abort('50%') }, b: { ...at, mode: 'shadow', ...abort('50%') } }],
    ['some more that are disabled', { a: { ...at, ...abort('50%') }, b: { ...at, mode: 'disabled', ...abort('50%') } }],
  ])('may be %s', (_what, faults) => {
    expect(found(faults)).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, object>>, string]>([
    [
      'of a resource',
      { a: { ...at, ...abort('30%') }, b: { ...at, ...abort('30%') } },
      '/faults/b meets too many at the resource "pay"; with "a" it is 51% of everybody, and 50% are the most',
    ],
    [
      'delayed or aborted',
      { a: { ...at, ...delay('40%'), ...abort('40%') } },
      '/faults/a meets too many at the resource "pay"; it is 64% of everybody, and 50% are the most',
    ],
    [
      'of the calls of a dependency, whatever source they are of',
      {
        a: { dependencies: ['rates'], ...abort('50%') },
        b: { dependencies: ['rates'], match: { source: 'jobs' }, ...delay('10%') },
      },
      '/faults/b meets too many at the dependency "rates"; with "a" it is 55% of everybody, and 50% are the most',
    ],
    [
      'of the table',
      { a: { store: true, ...abort('50%') }, b: { store: true, ...abort('1%') } },
      '/faults/b meets too many at the table; with "a" it is 50.5% of everybody, and 50% are the most',
    ],
  ])('are at most half %s', (_what, faults, expected) => {
    expect(found(faults)).toEqual([expected]);
  });

  it('are told once, however many there are', () => {
    const ten = Object.fromEntries([...Array(10).keys()].map((i) => [`f${i}`, { ...at, ...abort('50%') }]));
    expect(found(ten)).toHaveLength(1);
  });
});

describe('more than half', () => {
  it.each([
    [{ role: 'tester' }],
    [{ client: 'ada' }],
    [{ ip: '192.0.2.1' }],
    [{ 'claim:tenant': 'acme' }],
    [{ 'header:x-drill': 'yes' }],
    [{ 'query:drill': 'yes' }],
    [{ 'path:tenant': 'acme' }],
    [{ 'header:x-drill': 'yes', ip: '*' }],
  ])('may be met of those that %j names', (match) => {
    expect(found({ a: { ...at, match, ...abort('100%') } })).toEqual([]);
  });

  it.each([
    [{ ip: '*.*' }],
    [{ ip: '?*' }],
    [{ client: 'auth0|*' }],
    [{ source: 'jobs' }],
    [{ 'header:host': '*e*' }],
    [{ 'header:host': 'api.example.com' }],
    [{ 'header:x-forwarded-proto': 'https' }],
    [{ 'header:user-agent': 'Mozilla/*' }],
    [{ 'header:Accept-Encoding': 'gzip' }],
    [{ 'claim:iss': 'https://id.example' }],
    [{ 'claim:aud': 'shop' }],
  ])('may not be met of those that %j finds: it may be everybody', (match) => {
    expect(found({ a: { ...at, match, ...abort('100%') } })).toEqual([
      expect.stringMatching(/^\/faults\/a\/abort\/share 100% .*outage; at most 50%/),
    ]);
  });
});

it('an end too far away is told the latest that would do', () => {
  const faults = { slow: { store: true, until: '2026-11-29T12:00:00Z', delay: { share: '5%', for: '1s' } } };
  const document = { apiVersion: 'flyball/v1', service: 'shop', faults };
  const at = (time: string) => validateDocument('shop', document, Date.parse(time));
  expect(at('2026-11-22T11:59:59Z')).toEqual({
    valid: false,
    errors: [
      {
        path: '/faults/slow/until',
        reason: '2026-11-29T12:00:00Z is more than 7 days from now; write 2026-11-29T11:59:59.000Z or earlier',
      },
    ],
  });
  expect(at('2026-11-22T12:00:00Z').valid).toBe(true);
});
