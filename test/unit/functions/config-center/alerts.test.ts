// Which rules of alerts can be published.
import { describe, expect, it } from 'vitest';
import { neededVersion, newFieldsOf } from '../../../../functions/config-center/since.ts';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const resources = { 'create-order': { match: { method: 'POST', path: '/orders' } } };

function errorsOf(alerts: unknown): string[] {
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', resources, alerts });
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
}
const requests = (terms: object) => ({ slow: { when: { requests: { atLeast: 10, within: '1m', ...terms } } } });
const except = (exception: object) => ({ slow: { ...requests({}).slow, except: [exception] } });

describe('rules of alerts', () => {
  it.each([
    [requests({})],
    [requests({ slowerThan: '5s', within: '1s' })],
    [{ failing: { when: { failures: { atLeast: 5, within: '59s' } } } }],
    [{ failing: { when: { failures: { atLeast: 5, within: '5m' } } } }],
    [requests({ slowerThan: '14m', within: '1h' })],
    [except({ schedule: '0 * * * *', for: '59m', reason: 'batches' })],
    [except({ schedule: '0 9 * * MON-FRI', timezone: 'Asia/Shanghai', for: '15m' })],
    [except({ from: '2026-11-27T00:00:00Z', to: '2026-11-28T00:00:00+01:00' })],
    [
      {
        day: except({ schedule: '0 9 * * *', for: '10m' }).slow,
        night: except({ schedule: '0 21 * * *', for: '10m' }).slow,
      },
    ],
    [{ quiet: { when: { requests: { below: 10, within: '10m' } }, severity: 'deferred', owner: 'team-orders' } }],
    [
      {
        failing: {
          when: { failures: { share: '5%', atLeast: 20, within: '5m' } },
          resources: ['create-order', 'default'],
        },
      },
    ],
    [{ declined: { when: { business: { code: 'CARD_DECLINED', atLeast: 50, within: '10m' } } } }],
    [{ declined: { when: { business: { code: 'CARD_DECLINED', share: '5%', atLeast: 50, within: '10m' } } } }],
    [{ slow: { when: { latency: { percentile: 99.9, above: '800ms', minimumCalls: 100, within: '5m' } } } }],
  ])('may be %j', (alerts) => {
    expect(errorsOf(alerts)).toEqual([]);
  });

  it.each([
    [{ none: {} }, '/alerts/none/when'],
    [requests({ within: 'a while' }), '/alerts/slow/when/requests/within'],
    [requests({ average: '5s' }), '/alerts/slow/when/requests/average'],
    [requests({ atLeast: 0 }), '/alerts/slow/when/requests/atLeast'],
    [
      { slow: { when: { latency: { percentile: 100, above: '1s', minimumCalls: 1, within: '1m' } } } },
      '/alerts/slow/when/latency/percentile',
    ],
    [{ slow: { ...requests({}).slow, runbook: 'the wiki' } }, '/alerts/slow/runbook'],
    [{ slow: { ...requests({}).slow, runbook: 'https://ada:secret@wiki.example/slow' } }, '/alerts/slow/runbook'],
    [
      { declined: { when: { business: { code: 'business:NO', atLeast: 1, within: '1m' } } } },
      '/alerts/declined/when/business/code',
    ],
  ])('are not %j', (alerts, path) => {
    expect(errorsOf(alerts).map((error) => error.split(': ')[0])).toEqual([path]);
  });

  it.each<readonly [object, string]>([
    [{ none: { when: {} } }, '/alerts/none/when: is one of requests, failures, business and latency; it has none'],
    [
      {
        both: { when: { requests: { atLeast: 1, within: '1m' }, failures: { share: '5%', atLeast: 1, within: '1m' } } },
      },
      '/alerts/both/when: is one of requests, failures, business and latency; it has requests and failures',
    ],
    [
      requests({ below: 5 }),
      '/alerts/slow/when/requests: has either atLeast, which are too many, or below, which are too few',
    ],
    [
      requests({ slowerThan: '15m' }),
      '/alerts/slow/when/requests/slowerThan: 15m is as long as an invocation can last (15m): it would never be told of',
    ],
    [
      { few: { when: { requests: { below: 5, slowerThan: '1s', within: '1m' } } } },
      '/alerts/few/when/requests/slowerThan: that few are slow is no trouble; leave it or below out',
    ],
    ...['500ms', '1.5s', '90s', '61m'].map(
      (within) =>
        [
          requests({ within }),
          `/alerts/slow/when/requests/within: ${within} is no window of whole seconds from 1s to 59s, nor of whole minutes from 1m to 1h`,
        ] as const,
    ),
    [
      { slow: { when: { latency: { percentile: 99, above: '1s', minimumCalls: 1, within: '5s' } } } },
      '/alerts/slow/when/latency/within: 5s is no window of whole minutes from 1m to 1h: what is counted is counted by the minute',
    ],
    [
      { few: { when: { requests: { below: 5, within: '5s' } } } },
      '/alerts/few/when/requests/within: 5s is less than a minute: what is too few is counted by the minute',
    ],
    [
      { failing: { when: { failures: { share: '5%', atLeast: 1, within: '5s' } } } },
      '/alerts/failing/when/failures/share: is counted by the minute; within seconds there is atLeast alone',
    ],
    [
      { failing: { when: { failures: { share: '0%', atLeast: 1, within: '1m' } } } },
      '/alerts/failing/when/failures/share: is reached by no failure at all; count them with atLeast',
    ],
    [
      { declined: { when: { business: { code: 'NO', share: '0%', atLeast: 1, within: '1m' } } } },
      '/alerts/declined/when/business/share: is reached by no failure at all; count them with atLeast',
    ],
    ...(
      [
        [
          { from: '2026-11-27T00:00:00Z', to: '2026-11-27T01:00:00+01:00' },
          'to: 2026-11-27T01:00:00+01:00 is not after 2026-11-27T00:00:00Z, where the exception begins',
        ],
        [
          { schedule: '0 * * * *', for: '3541s' },
          'for: 3541s is as long as the time until it comes again: no window of 1m fits between, and nobody would ever be told',
        ],
        [
          { schedule: 'rate(1 hour)', for: '5m' },
          'schedule: a rate(…) tells no time at which the exception begins; write 0 22 * * 5',
        ],
      ] as const
    ).map(([exception, error]) => [except(exception), `/alerts/slow/except/0/${error}`] as const),
    [
      { slow: { ...requests({}).slow, resources: ['pay'] } },
      '/alerts/slow/resources/0: there is no resource "pay"; there are create-order',
    ],
    [
      { ...requests({}), again: requests({}).slow },
      '/alerts/again: tells of the same as "slow"; leave one of them out',
    ],
  ])('are refused for what cannot come true: %j', (alerts, error) => {
    expect(errorsOf(alerts)).toEqual([error]);
  });

  it.each([
    [{ schedule: '0 9 * * *', for: '5m', timezone: 'Europe/Atlantis' }, 'timezone'],
    [{ schedule: '0 25 * * *', for: '5m' }, 'schedule'],
    [{ schedule: '0 9 * * *', for: 'a while' }, 'for'],
  ])('are refused with times that cannot be told: %j', (exception, field) => {
    expect(errorsOf(except(exception)).map((error) => error.split(': ')[0])).toEqual([
      `/alerts/slow/except/0/${field}`,
    ]);
  });

  it.each([
    [{ breakers: 'off', objectives: 'deferred', fleet: 'realtime' }, []],
    [{ throttles: 'off', quotas: 'high', saturation: 'deferred' }, []],
    [{ breakers: 'loud' }, ['/builtInAlerts/breakers: one of off, realtime, high, deferred']],
    [{ jobs: 'off' }, ['/builtInAlerts/jobs: this key is not known here']],
  ])('that there are by themselves are changed by %j', (builtInAlerts, errors) => {
    const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', builtInAlerts });
    expect(result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`)).toEqual(errors);
  });

  it('are of the library that has them', () => {
    const document = { apiVersion: 'flyball/v1', service: 'orders', alerts: requests({}) };
    expect(neededVersion(newFieldsOf(document))).toBe('0.3.0');
  });
});
