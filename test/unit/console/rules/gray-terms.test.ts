// What the form of a gray publication sends, what it refuses to send, and where it shows what the API says.
import { describe, expect, it } from 'vitest';
import {
  areAllLive,
  faultsIn,
  grayOf,
  isOfRequests,
  saidOf,
  versionsAlone,
  WHOLE,
  type Part,
} from '../../../../console/screens/rules/gray-terms.ts';
import { grayBody } from '../../../../functions/config-center/gray/terms.ts';

const part = (said: Partial<Part>): Part => ({ ...WHOLE, way: 'part', ...said });
const steps = (said: Partial<Part>): Part => ({ ...WHOLE, way: 'steps', ...said });
const apiTakes = (said: Part) => grayBody.safeParse(grayOf(said)).success;

describe('the terms of a gray publication', () => {
  it('are none for the whole fleet', () => {
    expect(grayOf({ ...WHOLE, versions: '7' })).toBeUndefined();
  });

  it.each<[string, Part, object]>([
    [
      'a share, with what takes it back',
      part({ share: '5', by: 'client', errors: '+2%', p99: '20', minimumSample: '200' }),
      { share: '5%', by: 'client', abortWhen: { errors: '+2%', p99: '+20%', minimumSample: 200 } },
    ],
    ['a share that nobody judges', part({ ifTooLittleTraffic: 'abort' }), { share: '5%' }],
    [
      'steps, each for its time',
      steps({ ifTooLittleTraffic: 'abort' }),
      {
        steps: [
          { share: '5%', bake: '10m' },
          { share: '50%', bake: '30m' },
        ],
        ifTooLittleTraffic: 'abort',
      },
    ],
    ['versions alone', part({ share: '', versions: '7, $LATEST ,live' }), { versions: ['7', '$LATEST', 'live'] }],
    [
      'some requests alone',
      part({ share: ' ', trigger: 'http', method: 'POST', path: ' /orders* ' }),
      { match: { trigger: 'http', method: 'POST', path: '/orders*' } },
    ],
    [
      'a part of some versions and requests',
      part({
        share: '10%',
        by: 'header:x-tenant',
        versions: 'live',
        function: 'orders-*',
        source: 'q',
      }),
      { share: '10%', by: 'header:x-tenant', versions: ['live'], match: { source: 'q', function: 'orders-*' } },
    ],
  ])('are %s', (_what, said, sent) => {
    expect(grayOf(said)).toEqual(sent);
    expect(faultsIn(said)).toEqual({});
    expect(apiTakes(said)).toBe(true);
  });

  it.each<[Part, object]>([
    [part({ share: '' }), { share: 'shareMissing' }],
    [part({ share: '', by: 'client', versions: '7' }), { share: 'shareMissing' }],
    [part({ share: '0.001%' }), { share: 'badShare' }],
    [part({ share: '101' }), { share: 'badShare' }],
    [part({ share: 'half' }), { share: 'badShare' }],
    [part({ by: 'header:' }), { by: 'fillIn' }],
    [part({ versions: 'live, not an alias' }), { versions: 'badVersions' }],
    [part({ errors: 'some' }), { errors: 'badMargin' }],
    [part({ p99: '-5%' }), { p99: 'badMargin' }],
    [part({ p99: '20', minimumSample: '10' }), { minimumSample: 'badSample' }],
    [part({ p99: '20', minimumSample: 'many' }), { minimumSample: 'badSample' }],
    [steps({ steps: '' }), { steps: 'badSteps' }],
    [steps({ steps: '5%, 50% 30m' }), { steps: 'badSteps' }],
    [steps({ steps: '50% 10m, 5% 30m' }), { steps: 'badSteps' }],
  ])('%o are not sent, and the API would not take them', (said, faults) => {
    expect(faultsIn(said)).toEqual(faults);
    expect(apiTakes(said)).toBe(false);
  });

  it('are all right for the whole fleet, whatever stands in the form', () => {
    expect(faultsIn({ ...WHOLE, share: '', p99: 'x' })).toEqual({});
  });
});

it('takes nothing back by what nobody asked for', () => {
  expect(grayOf(part({}))).toEqual({ share: '5%' });
});

describe('versions that all live instances are of', () => {
  const functions = { 'orders-api:$LATEST': 6, 'orders-worker:7': 1 };

  it.each<[readonly string[], boolean]>([
    [['$LATEST', '7'], true],
    [['7', 'live', '$LATEST'], true],
    [['$LATEST'], false],
    [['live'], false],
    [[], false],
  ])('%o: %s', (versions, are) => {
    expect(areAllLive(versions, functions)).toBe(are);
  });

  it('are nothing to speak of before an instance lives', () => {
    expect(areAllLive(['7'], {})).toBe(false);
    expect(areAllLive(['7'], undefined)).toBe(false);
  });

  it.each<[Part, readonly string[]]>([
    [part({ share: '', versions: '7, live' }), ['7', 'live']],
    [part({ share: '5%', versions: '7' }), []],
    [part({ share: '', versions: '7', method: 'POST' }), []],
    [steps({ share: '', versions: '7' }), []],
    [{ ...WHOLE, share: '', versions: '7' }, []],
  ])('are looked for where nothing else leaves a rest: %o', (said, versions) => {
    expect(versionsAlone(said)).toEqual(versions);
  });
});

it.each([
  [{ by: 'instance', share: '5%' }, false],
  [{ by: 'instance', versions: ['7', '$LATEST'] }, false],
  [{ by: 'instance', versions: ['7', 'live'] }, true],
  [{ by: 'instance', match: { method: 'POST' } }, true],
  [{ by: 'client', share: '5%' }, true],
])('instances hold both revisions where requests are told apart: %o', (terms, hold) => {
  expect(isOfRequests({ revision: 2, startedAt: '2026-01-05T12:00:00.000Z', ...terms })).toBe(hold);
});

it('what the API says stands at its field', () => {
  const said = saidOf([
    { path: '/gray/steps/1/bake', reason: 'is a time' },
    { path: '/gray/steps/0/share', reason: 'is too little' },
    { path: '/gray/abortWhen/p99', reason: 'is not a margin' },
    { path: '/gray/match/path', reason: 'has too many stars' },
    { path: '/gray/versions/0', reason: 'is a version' },
    { path: '/note', reason: 'is too long' },
  ]);
  expect(said).toEqual({
    steps: 'is a time',
    p99: 'is not a margin',
    path: 'has too many stars',
    versions: 'is a version',
  });
});
