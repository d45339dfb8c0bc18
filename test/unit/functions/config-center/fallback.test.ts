// What is refused of chains of fallbacks, and what is not.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const url = (name: string) => ({ url: `https://${name}.example` });
const answer = { respond: { status: 200 } };

function found(rules: object): string[] {
  const validation = validateDocument('shop', { apiVersion: 'flyball/v1', service: 'shop', ...rules });
  return validation.valid ? [] : validation.errors.map(({ path, reason }) => `${path} ${reason}`);
}

const ofRates = (...fallback: object[]) =>
  found({ dependencies: { rates: { target: url('rates'), fallback }, backup: { target: url('backup') }, bare: {} } });
const at = (i: number, more = '') => `/dependencies/rates/fallback/${i}${more}`;

describe('a chain', () => {
  it.each<[string, object[]]>([
    ['steps that may fail before one that cannot', [{ lastGood: { maxAge: '10m' } }, { dependency: 'backup' }, answer]],
    ['an answer for one cause, and a skip for the others', [{ when: ['breaker'], ...answer }, { skip: true }]],
    ['a function', [{ function: 'rates-backup' }]],
  ])('may be %s', (_what, steps) => {
    expect(ofRates(...steps)).toEqual([]);
  });

  it.each<[string, object[], string]>([
    ['a step behind an answer', [answer, { lastGood: { maxAge: '1m' } }], `${at(1)} is never reached`],
    ['a step behind a skip', [{ skip: true }, answer], `${at(1)} is never reached`],
    [
      'a cause that was answered',
      [
        { when: ['failure'], ...answer },
        { when: ['failure'], skip: true },
      ],
      `${at(1)} is never`,
    ],
    ['two steps in one', [{ ...answer, skip: true }], `${at(0)} does exactly one of`],
    ['a step that does nothing', [{ when: ['breaker'] }], `${at(0)} does exactly one of`],
    [
      'two kept answers',
      [{ lastGood: { maxAge: '1m' } }, { lastGood: { maxAge: '5m' } }],
      `${at(1, '/lastGood')} stands here twice`,
    ],
    ['an answer older than a day', [{ lastGood: { maxAge: '25h' } }], `${at(0, '/lastGood/maxAge')} 25h is longer`],
    [
      'a dependency that is not there',
      [{ dependency: 'nobody' }],
      `${at(0, '/dependency')} there is no dependency "nobody"`,
    ],
    ['one without a target', [{ dependency: 'bare' }], `${at(0, '/dependency')} "bare" has no target`],
    ['itself', [{ dependency: 'rates' }], `${at(0, '/dependency')} "rates" falls back to "rates" itself`],
    ['the service itself', [{ function: 'shop' }], `${at(0, '/function')} is this service itself`],
    ['another version of itself', [{ function: 'shop:live' }], `${at(0, '/function')} is this service itself`],
    ['what is no function', [{ function: 'a function' }], `${at(0, '/function')} is not the name`],
  ])('has no %s', (_what, steps, expected) => {
    const findings = ofRates(...steps);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(expected);
  });

  it('does not go round in a circle', () => {
    const ring = (to: string) => ({ target: url(to), fallback: [{ dependency: to }] });
    expect(found({ dependencies: { a: ring('b'), b: ring('c'), c: ring('a') } })).toHaveLength(3);
    expect(found({ dependencies: { a: ring('b'), b: ring('c'), c: { target: url('c') } } })).toEqual([]);
  });

  it('does not ask the function again that has just failed', () => {
    const fallback = [{ function: 'rates' }];
    expect(found({ dependencies: { rates: { target: { function: 'rates' }, fallback } } })).toHaveLength(1);
    const old = { target: { function: 'rates', alias: 'live' }, fallback };
    expect(found({ dependencies: { rates: old } })).toEqual([]);
  });

  it('of a resource keeps no answers to what may have effects', () => {
    const match = { trigger: 'http', method: 'POST', path: '/orders' };
    const resources = { order: { match, fallback: [{ lastGood: { maxAge: '1m' } }] } };
    expect(found({ resources })).toEqual([
      '/resources/order/fallback/0/lastGood answers to POST are not kept: it may have effects',
    ]);
  });

  it.each([
    ['Transfer-Encoding', 'is of the connection'],
    ['content-length', 'is of the connection'],
    ['connection', 'is of the connection'],
    ['x-flyball-fault', 'is what flyball itself says'],
    ['X-Flyball-Fallback', 'is what flyball itself says'],
  ])('sets no header %s', (name, reason) => {
    const findings = ofRates({ respond: { status: 503, headers: { [name]: '3' } } });
    expect(findings).toEqual([expect.stringContaining(`${at(0, `/respond/headers/${name}`)} ${reason}`)]);
  });

  it.each(['retry-after', 'cache-control', 'set-cookie', 'x-reason', 'content-type', 'x-flyball-retry'])(
    'may set %s',
    (name) => {
      expect(ofRates({ respond: { status: 503, headers: { [name]: '3' } } })).toEqual([]);
    },
  );
});
