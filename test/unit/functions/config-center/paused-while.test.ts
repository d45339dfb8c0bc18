// Which jobs may pause a resource, as a document is validated.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';
import { isAnnounced, pausedBy } from '../../../../middleware/kernel/rules/awaited-jobs.ts';
import type { RuleDocument } from '../../../../middleware/kernel/rules/document.ts';

const jobs = { nightly: { schedule: '0 2 * * *' }, load: { schedule: '0 1 * * *' } };

function errorsOf(pausedWhile: unknown, match: object = { path: '/trade' }, service = 'trading') {
  const resources = { trade: { match, pausedWhile } };
  const validation = validateDocument(service, { apiVersion: 'flyball/v1', service, resources, jobs });
  return validation.valid ? [] : validation.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('pausedWhile', () => {
  it.each([
    ['a job of the document', ['nightly']],
    ['the same in full', [{ job: 'nightly' }, { service: 'trading', job: 'load' }]],
    [
      'jobs of other services',
      [{ service: 'bank', job: 'nightly' }, { service: 'bank', job: 'unheard-of' }, 'nightly'],
    ],
    ['one that only counts', [{ service: 'bank', job: 'settlement-batch', mode: 'shadow' }]],
  ])('names %s', (_what, pausedWhile) => {
    expect(errorsOf(pausedWhile)).toEqual([]);
  });

  it.each([
    [['weekly'], '/resources/trade/pausedWhile/0: there is no job "weekly" in this document; there are nightly, load.'],
    [[{ service: 'trading', job: 'weekly' }], '/resources/trade/pausedWhile/0: there is no job "weekly"'],
    [
      ['nightly', { job: 'nightly', mode: 'shadow' }],
      '/resources/trade/pausedWhile/1: "trading:nightly" stands here twice',
    ],
    [['bank:nightly'], '/resources/trade/pausedWhile/0: a job of this service such as'],
    [[{ service: 'bank' }], '/resources/trade/pausedWhile/0/job: is required'],
    [[], '/resources/trade/pausedWhile: '],
    ['nightly', '/resources/trade/pausedWhile: '],
  ])('refuses %j', (pausedWhile, reason) => {
    expect(errorsOf(pausedWhile)).toEqual([expect.stringContaining(reason)]);
  });

  it('stands on no stream, which a refusal would stop', () => {
    expect(errorsOf(['nightly'], { trigger: 'stream' })).toEqual([
      '/resources/trade/pausedWhile: a refusal stops a stream’s whole shard; resources of streams cannot be paused',
    ]);
  });

  it('keeps nobody from flyball itself', () => {
    expect(errorsOf(['nightly'], { path: '/v1/*' }, 'config-center')).toEqual([
      expect.stringContaining("flyball's own: no job pauses it"),
    ]);
  });
});

describe('a job of a document', () => {
  const document = (more: Partial<RuleDocument>): RuleDocument => ({
    apiVersion: 'flyball/v1',
    service: 'bank',
    ...more,
  });
  const resource = (...pausedWhile: NonNullable<NonNullable<RuleDocument['resources']>[string]['pausedWhile']>) => ({
    match: { path: '/trade' },
    pausedWhile,
  });

  it.each([
    ['that is not waited for', document({ jobs }), false, []],
    ['that says so', document({ jobs: { nightly: { ...jobs.nightly, announced: true } } }), true, []],
    ['that a resource names', document({ jobs, resources: { trade: resource('load', 'nightly') } }), true, ['trade']],
    [
      'named in full',
      document({ resources: { trade: resource({ service: 'bank', job: 'nightly' }) } }),
      true,
      ['trade'],
    ],
    [
      'of the same name elsewhere',
      document({ resources: { trade: resource({ service: 'x', job: 'nightly' }) } }),
      false,
      [],
    ],
  ])('%s: announced or not, and what it pauses', (_what, rules, announced, pausing) => {
    expect([isAnnounced(rules, 'nightly'), pausedBy(rules, 'nightly')]).toEqual([announced, pausing]);
  });
});
