import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateDocument } from '../../../../functions/config-center/validate.ts';
import type { RuleDocument } from '../../../../middleware/kernel/rules/document.ts';
import { withoutFaults } from '../../../../functions/config-center/validation/salvage.ts';
import { leastCpuMs } from '../../../support/cpu.ts';

/** The errors of a document of service `orders` with these sections, as `path: reason`. */
function errorsOf(sections: object): string[] {
  const result = validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', ...sections });
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

const http = (path: string, more: object = {}) => ({ match: { trigger: 'http', path, ...more } });
const backoff = { initial: '1s' };

function many(count: number, rule: (i: number) => object, prefix = 'n'): Record<string, object> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, rule(i)]));
}

describe('a document', () => {
  it('may be as small as one throttle', () => {
    expect(
      validateDocument(
        'orders',
        parse('apiVersion: flyball/v1\nservice: orders\nthrottles: { everyone: { limit: 100/s } }'),
      ),
    ).toEqual({
      valid: true,
      document: { apiVersion: 'flyball/v1', service: 'orders', throttles: { everyone: { limit: '100/s' } } },
    });
  });

  it('is that of the service it is put to', () => {
    expect(errorsOf({ service: 'payments' })).toEqual(['/service: is "payments", but these are the rules of "orders"']);
  });

  it.each([[null], [[]], ['text'], [7]])('is no %o', (value) => {
    expect(validateDocument('orders', value)).toMatchObject({ valid: false, errors: [{ path: '' }] });
  });

  it('is told every error at once: of form, of names, of meaning, none hiding another', () => {
    const errors = errorsOf({
      bogus: 1,
      resources: { a: http('/o/{id}'), b: { match: { trigger: 'queue', path: '/x' } } },
      throttles: {
        'Bad Name': { limit: 'x' },
        t: { limit: '5/s', resources: ['a', 'nope'], key: ['path:sku'] },
        u: { limt: '5/s' },
      },
      dependencies: { p: { target: { function: 'f', alais: 'live' }, breaker: { slow: { rate: '80%' } } } },
      jobs: { nightly: { schedule: 'every night' } },
    });
    expect(errors.map((error) => error.split(': ')[0])).toEqual([
      '/throttles/Bad Name/limit',
      '/throttles/u/limit',
      '/throttles/u/limt',
      '/dependencies/p/target/alais',
      '/dependencies/p/breaker/slow/over',
      '/bogus',
      '/throttles/Bad Name',
      '/resources/b/match/path',
      '/throttles/t/resources/1',
      '/throttles/t/key/0',
      '/jobs/nightly/schedule',
    ]);
  });

  it('is told the first hundred of any number of errors', () => {
    expect(errorsOf({ throttles: many(150, () => ({})) })).toHaveLength(100);
    expect(errorsOf({ jobs: many(150, () => ({ schedule: 'never' })) })).toHaveLength(100);
    expect(errorsOf({ throttles: many(150, () => ({}), 'Bad Name ') })).toHaveLength(100);
  });

  it('keeps its sound rules for what else is to be checked when thousands are faulty', () => {
    const rules = many(3000, () => ({}));
    const findings = Object.keys(rules).map((name) => ({ place: ['throttles', name], reason: 'faulty' }));
    const sound = () => withoutFaults({ throttles: { ...rules, good: 1 }, jobs: 'kept' }, findings);
    expect(sound()).toMatchObject({ throttles: { good: 1 }, jobs: 'kept' });
    // Seconds, when the section was made anew for each.
    expect(leastCpuMs(sound)).toBeLessThan(500);
  });

  it.each([
    ['resources', 200, () => ({ match: { trigger: 'direct' } })],
    ['throttles', 100, () => ({ limit: '5/s', scope: 'instance' })],
    ['dependencies', 200, () => ({})],
    ['jobs', 200, () => ({ schedule: 'rate(1 day)' })],
  ])('has a number of %s: at most %i', (section, most, rule) => {
    const path = `/${section}: there are`;
    expect(errorsOf({ [section]: many(most, rule) }).filter((error) => error.startsWith(path))).toEqual([]);
    expect(errorsOf({ [section]: many(most + 1, rule) })).toEqual([
      `${path} ${most + 1} ${section}; at most ${most} are taken`,
    ]);
    expect(errorsOf({ [section]: { ...many(most, rule), wrong: 5 } })).toContain(
      `${path} ${most + 1} ${section}; at most ${most} are taken`,
    );
  });

  it.each(globSync('functions/**/flyball.rules.yaml').sort())('of the house is valid: %s', (file) => {
    const rules = parse(readFileSync(file, 'utf8')) as { service: string };
    expect(validateDocument(rules.service, rules)).toMatchObject({ valid: true });
  });
});

describe('resources', () => {
  it.each([
    [{ match: {} }, '/match: matches everything'],
    [{ match: { trigger: 'queue', method: 'GET' } }, '/match/method: no event reaches it'],
    [{ match: { trigger: 'http', source: 'q' } }, '/match/source: no event reaches it'],
    [{ match: { trigger: 'direct', source: 'q' } }, '/match/source: no event reaches it'],
    [{ match: { path: '/a', source: 'q' } }, '/match/source: no event reaches it'],
    [http('orders'), '/match/path: no event reaches it: a path begins with /'],
    [http('/orders?id=1'), '/match/path: no event reaches it'],
    [http('/orders/{id}.json'), '/match/path: "{id}.json": braces'],
    [http('/orders/{id'), '/match/path: "{id": braces'],
    [http('/{id}/{id}'), '/match/path: has {id} twice'],
    [{ ...http('/a'), deadline: {} }, '/deadline: says nothing'],
    [{ ...http('/a'), deadline: { timeout: '20m' } }, '/deadline/timeout: 20m is longer'],
    [{ ...http('/a'), deadline: { timeout: '1s', reserve: '1s' } }, '/deadline/reserve: 1s leaves nothing'],
    [{ ...http('/a'), redelivery: { attempts: 3, backoff } }, '/redelivery: only queues redeliver'],
    [{ ...http('/a'), whenRefused: 'park' }, '/whenRefused: only events of buckets'],
    [{ match: { trigger: 'queue' }, whenRefused: 'fail' }, '/whenRefused: only events of buckets'],
    [
      { match: { trigger: 'queue' }, redelivery: { attempts: 3, backoff: { initial: '5s', max: '1s' } } },
      '/redelivery/backoff/initial: 5s is more than max (1s)',
    ],
    [
      { match: { trigger: 'queue' }, redelivery: { attempts: 3, backoff: { initial: '1s', max: '1d' } } },
      '/redelivery/backoff/max: 1d cannot be kept',
    ],
    [{ match: { trigger: 'queue' }, redelivery: { backoff } }, '/redelivery/attempts: say how often'],
    [{ match: { trigger: 'queue' }, redelivery: { attempts: 3 } }, '/redelivery/backoff: say after how long'],
    ...[
      ['Error', 'is what every error is'],
      ['Refused', 'is never a failure'],
      ['Rejected', 'always goes to the dead-letter queue'],
      ['ok', 'is no failure'],
    ].map(([never = '', reason = '']): [object, string] => [
      { match: { trigger: 'queue' }, redelivery: { attempts: 3, backoff, never: ['4xx', never] } },
      `/redelivery/never/1: ${never} ${reason}`,
    ]),
    [
      { match: { trigger: 'queue' }, redelivery: { attempts: 3, backoff, never: ['4xx', 404, '4xx'] } },
      '/redelivery/never/2: 4xx stands here twice',
    ],
    [
      { match: { trigger: 'queue' }, redelivery: { attempts: 3, backoff, expired: 'drop' } },
      '/redelivery/expired: deadlines are believed',
    ],
    [
      { match: { trigger: 'topic' }, redelivery: { attempts: 3, backoff, expired: 'drop' } },
      '/redelivery/expired: only messages of queues',
    ],
    [{ match: { trigger: 'stream' }, redelivery: {} }, '/redelivery: of a stream says nothing'],
    ...['attempts', 'backoff', 'expired'].map((field): [object, string] => [
      {
        match: { trigger: 'stream' },
        redelivery: { never: ['4xx'], [field]: { attempts: 3, backoff, expired: 'drop' }[field] },
      },
      `/redelivery/${field}: means nothing for a stream`,
    ]),
    [{ match: { trigger: 'queue' }, fallback: [{ respond: { status: 200 } }] }, '/fallback: is only ever the answer'],
    [{ match: { trigger: 'direct' }, fallback: [{ respond: { status: 200 } }] }, '/fallback: is only ever the answer'],
    [
      { ...http('/a'), fallback: [{ respond: { status: 503 } }, { when: ['breaker'], respond: { status: 200 } }] },
      '/fallback/1: is never reached',
    ],
    [{ ...http('/a'), fallback: [{ respond: { status: 204, body: 'x' } }] }, '/fallback/0/respond/body: a 204'],
    [
      { ...http('/a'), fallback: [{ respond: { status: 200, headers: { 'x-a': 'a\r\nset-cookie: b' } } }] },
      '/fallback/0/respond/headers/x-a: a header holds printable ASCII',
    ],
  ])('%o is refused: %s', (rule, expected) => {
    const errors = errorsOf({ resources: { subject: rule } });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`/resources/subject${expected}`);
  });

  it('are patterns of at most eight stars', () => {
    expect(errorsOf({ resources: { a: http('/a*'.repeat(8)) } })).toEqual([]);
    expect(errorsOf({ resources: { a: http('/a*'.repeat(9)) } })).toEqual([
      '/resources/a/match/path: a pattern has at most 8 stars',
    ]);
  });

  it('are compared in a bounded number of steps', () => {
    const globs = many(60, () => http(`${`*${'a'.repeat(30)}`.repeat(7)}*`), 'glob');
    const exact = many(140, (i) => http(`/${'a'.repeat(i)}b${'a'.repeat(207 - i)}`), 'exact');
    const compare = () => errorsOf({ resources: { ...globs, ...exact } }).at(-1);
    expect(compare()).toContain('/resources: its patterns are too intricate to tell');
    // Nearly a minute, when every pair was walked to its end.
    expect(leastCpuMs(compare, 1)).toBeLessThan(10_000);
  });

  it('may be two hundred that are alike but for their names', () => {
    const rule = (i: number) => http(`/api/v1/tenants/{tenant}/things-${String(i).padStart(3, '0')}/{id}/*`);
    expect(errorsOf({ resources: many(200, rule) })).toEqual([]);
  });

  it('may not be called default', () => {
    expect(errorsOf({ resources: { default: http('/a') } })[0]).toContain('/resources/default: the name default');
  });

  it.each([
    ['the same path', http('/orders'), http('/orders')],
    ['templates that differ in the name only', http('/orders/{id}'), http('/orders/{sku}')],
    ['crossing templates', http('/orders/{id}/lines'), http('/orders/a-one/{what}')],
    ['crossing globs', http('/a*'), http('*bb')],
    ['the same source for any trigger', { match: { source: 'in-*' } }, { match: { source: '*-in' } }],
    ['the same function', { match: { function: 'f' } }, { match: { function: 'f' } }],
  ])('tie with %s', (_what, first, second) => {
    const [error, ...others] = errorsOf({ resources: { first, second } });
    expect(error).toContain('/resources/second/match: can match the same event as resource "first"');
    expect(others).toEqual([]);
  });

  it.each([
    ['other methods', http('/orders', { method: 'GET' }), http('/orders', { method: 'POST' })],
    ['a method more', http('/orders'), http('/orders', { method: 'POST' })],
    ['other paths', http('/orders/{id}'), http('/charges/{i}')],
    ['a template beside a prefix', http('/orders/{id}'), http('/orders/*')],
    ['an exact path beside a template', http('/orders/{identifier}'), http('/orders/new')],
    ['other triggers', { match: { trigger: 'queue' } }, { match: { trigger: 'stream' } }],
    ['a queue beside a path', { match: { source: 'a' } }, { match: { path: '/' } }],
  ])('do not tie with %s', (_what, first, second) => {
    expect(errorsOf({ resources: { first, second } })).toEqual([]);
  });
});

describe('throttles', () => {
  const resources = {
    order: http('/orders/{id}'),
    lines: http('/orders/{id}/lines/{line}'),
    settlement: { match: { trigger: 'queue', source: 'settlement' } },
    feed: { match: { trigger: 'stream' } },
  };

  it.each([
    [{ limit: '5/s', resources: ['nope'] }, '/resources/0: there is no resource "nope"; there are order, lines'],
    [{ limit: '5/s', resources: ['order', 'order'] }, '/resources/1: "order" stands here twice'],
    [{ limit: '5/s', resources: ['feed'] }, '/resources/0: a refusal stops'],
    [{ limit: '5/s', key: ['client', 'client'] }, '/key/1: "client" stands here twice'],
    [{ limit: '5/s', key: ['path:id'] }, '/key/0: list the resources it is for'],
    [
      { limit: '5/s', key: ['path:line'], resources: ['order', 'lines'] },
      '/key/0: the path of resource "order" has no {line}',
    ],
    [
      { limit: '5/s', key: ['path:id'], resources: ['order', 'default'] },
      '/key/0: the path of resource "default" has no {id}',
    ],
    [{ limit: '5/s', key: ['query:q'], resources: ['settlement'] }, '/key/0: has no value in resource "settlement"'],
    [{ limit: '0.5/s' }, '/limit: 0.5/s never holds one whole request'],
    [{ limit: '5/s', scope: 'instance', sync: 'auto' }, '/sync: means nothing with scope: instance'],
    [{ limit: '5/s', scope: 'instance', whenStoreFails: 'allow' }, '/whenStoreFails: means nothing'],
    [
      { limit: '5/s', sync: 'leased', burst: 1 },
      '/sync: 5/s with a burst of 1, which is 200 ms of it, is too little to lease',
    ],
    [{ limit: '5/s', algorithm: 'sliding-window', sync: 'leased' }, '/sync: sliding-window cannot be leased'],
    [{ limit: '5/s', algorithm: 'fixed-window', sync: 'eventual' }, '/sync: fixed-window cannot be eventual'],
    [{ limit: '1k/day', algorithm: 'fixed-window', sync: 'leased' }, '/sync: 1k/day is too little to lease'],
    [{ limit: '5/s', notify: ['80%'] }, '/notify: means something with algorithm: fixed-window alone'],
    [{ limit: '5/min', algorithm: 'fixed-window', notify: ['80%'] }, '/notify: 5/min is too short to tell of'],
    [
      { limit: '5/day', algorithm: 'fixed-window', notify: ['80%'], scope: 'instance' },
      '/notify: means nothing with scope: instance',
    ],
    [{ limit: '5/day', algorithm: 'fixed-window', notify: ['80%', '80%'] }, '/notify/1: "80%" stands here twice'],
    [{ limit: '5/day', algorithm: 'fixed-window', notify: ['101%'] }, '/notify/0: a whole percentage from 1% to 100%'],
    [{ limit: '1.5/s', algorithm: 'sliding-window' }, '/limit: "1.5/s" is not a number of requests in a window'],
    [{ limit: '100/2d', algorithm: 'sliding-window' }, '/limit: "100/2d" is longer than a day'],
    [{ limit: '5/s', algorithm: 'sliding-window', burst: 9 }, '/burst: means nothing with sliding-window'],
    [{ limit: '5/s', algorithm: 'sliding-window', timezone: 'UTC' }, '/timezone: means something with algorithm'],
    [{ limit: '5/s', algorithm: 'sliding-window', warmUp: '30s' }, '/warmUp: means nothing with sliding-window'],
    [{ limit: '5/s', warmUp: '2h' }, '/warmUp: 2h is longer than 1h'],
    [{ limit: '100/s', warmUp: '30s', sync: 'leased' }, '/warmUp: cannot be leased'],
  ])('%o is refused: %s', (rule, expected) => {
    const errors = errorsOf({ resources, throttles: { subject: rule } });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`/throttles/subject${expected}`);
  });

  it.each([
    [{ limit: '5/s' }],
    [{ limit: '0.5/s', burst: 1 }],
    [{ limit: '5/10s', key: ['header:x-api-key'] }],
    [{ limit: '5/s', key: ['path:id'], resources: ['order', 'lines'] }],
    [{ limit: '5/s', resources: ['default', 'settlement'] }],
    [{ limit: '5/s', scope: 'instance' }],
    [{ limit: '100/s', sync: 'leased' }],
    [{ limit: '5/s', sync: 'eventual' }],
    [{ limit: '5/s', warmUp: '30s' }],
    [{ limit: '5/s', warmUp: '1h', scope: 'instance' }],
    [{ limit: '5/s', algorithm: 'sliding-window', sync: 'per-request' }],
    [{ limit: '1k/d', algorithm: 'sliding-window', scope: 'instance' }],
    [{ limit: '2k/day', algorithm: 'fixed-window', sync: 'leased', notify: ['50%', '100%'] }],
    [{ limit: '5/day', algorithm: 'fixed-window', notify: [] }],
  ])('%o is accepted', (rule) => {
    expect(errorsOf({ resources, throttles: { subject: rule } })).toEqual([]);
  });
});

describe('overrides of a limit', () => {
  const key = ['client', 'header:x-plan'];
  const errors = (overrides: object[], rule: object = {}) =>
    errorsOf({ throttles: { subject: { limit: '5/s', key, ...rule, overrides } } });
  const gold = { match: { client: 'gold-*' }, limit: '1k/s' };

  it.each<[string, object[], object, string]>([
    [
      'name what is no part of the key',
      [{ ...gold, match: { ip: '10.*' } }],
      {},
      '/0/match/ip: is no part of the rule’s key; it has client, header:x-plan',
    ],
    ['are for a rule without a key', [gold], { key: [] }, '/0/match/client: is no part of the rule’s key; it has none'],
    ['match nothing', [{ ...gold, match: {} }], {}, '/0/match: names at least one part of the key'],
    ['match what an earlier one does', [gold, gold], {}, '/1/match: is never met: override 0 matches all of it'],
    [
      'match part of what an earlier one does',
      [gold, { ...gold, match: { client: 'gold-a*', 'header:x-plan': 'x' } }],
      {},
      '/1/match: is never met: override 0',
    ],
    ['never admit a request', [{ ...gold, limit: '0.5/s' }], {}, '/0/limit: 0.5/s never holds one whole request'],
    ['have no limit', [{ match: gold.match }], {}, '/0/limit'],
    ['cannot be kept', [{ ...gold, limit: '5M/s' }], {}, '/0/limit: "5M/s" is more than 1M/s'],
    [
      'have other windows than their quota',
      [{ ...gold, limit: '1k/day' }],
      { algorithm: 'fixed-window', limit: '10k/month' },
      '/0/limit: an override has the windows of its rule: write it in those of 10k/month',
    ],
    [
      'have a burst that windows have not',
      [{ ...gold, burst: 5 }],
      { algorithm: 'sliding-window' },
      '/0/burst: means nothing',
    ],
  ])('are refused when they %s', (_what, overrides, rule, expected) => {
    const found = errors(overrides, rule);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`/throttles/subject/overrides${expected}`);
  });

  it('are fifty at most', () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => ({ ...gold, match: { client: `c-${i}` } }));
    expect(errors(many(50))).toEqual([]);
    expect(errors(many(51))).toHaveLength(1);
  });

  it.each<[string, object[], object]>([
    ['a narrower one before a wider one', [{ ...gold, match: { client: 'gold-a' } }, gold], {}],
    ['patterns that share some keys', [gold, { ...gold, match: { client: '*-a' } }], {}],
    ['another part of the key', [gold, { ...gold, match: { 'header:x-plan': '*' } }], {}],
    [
      'a quota of the same windows',
      [{ ...gold, limit: '1M/month' }],
      { algorithm: 'fixed-window', limit: '10k/month' },
    ],
  ])('may be %s', (_what, overrides, rule) => {
    expect(errors(overrides, rule)).toEqual([]);
  });
});

describe('throttles of the fleet', () => {
  const resources = { order: http('/orders/{id}'), charge: http('/charges') };
  const of = (rule: object) => (i: number) => ({ limit: `${i + 1}/s`, ...rule });

  it.each([
    ['for every resource', many(17, of({})), '17 fleet throttles apply to every resource, at most 16 may'],
    [
      'for one resource and for all',
      { ...many(10, of({}), 'a'), ...many(7, of({ resources: ['order'], mode: 'shadow' }), 'b') },
      '17 fleet throttles apply to resource "order", at most 16 may',
    ],
  ])('are too many %s', (_what, throttles, reason) => {
    const [error, ...others] = errorsOf({ resources, throttles });
    expect(error).toContain(`/throttles: ${reason}`);
    expect(others).toEqual([]);
  });

  it.each([
    ['sixteen', many(16, of({}))],
    [
      'sixteen on each of two resources',
      { ...many(16, of({ resources: ['order'] }), 'a'), ...many(16, of({ resources: ['charge'] }), 'b') },
    ],
    [
      'any number that never asks the table',
      { ...many(40, of({ scope: 'instance' }), 'a'), ...many(40, of({ mode: 'disabled' }), 'b') },
    ],
  ])('may be %s', (_what, throttles) => {
    expect(errorsOf({ resources, throttles })).toEqual([]);
  });
});

describe('dependencies', () => {
  it.each([
    [{ target: { url: 'https://user:secret@example.com' } }, '/target/url: holds credentials'],
    [{ target: { url: 'https://example.com/#part' } }, '/target/url: has a fragment'],
    [{ target: { function: 'a b' } }, '/target/function: is not the name'],
    [{ target: { function: 'f', alias: 'a b' } }, '/target/alias: is not an alias'],
    [
      { retry: { attempts: 3, backoff: { initial: '5s', max: '1s' } } },
      '/retry/backoff/initial: 5s is more than max (1s)',
    ],
    [
      { retry: { attempts: 3, backoff: { kind: 'fixed', initial: '5s', factor: 2 } } },
      '/retry/backoff/factor: means nothing',
    ],
    [{ retry: { attempts: 3, when: ['ok'] } }, '/retry/when/0: ok is no reason'],
    [{ retry: { attempts: 3, budget: '0%' } }, '/retry/budget: 0% never allows'],
    [{ breaker: { failureRate: '0%' } }, '/breaker/failureRate: 0% would open it'],
    [{ breaker: { slow: { over: '1s', rate: '0%' } } }, '/breaker/slow/rate: 0% would open it'],
    [{ breaker: { window: { time: '100ms' } } }, '/breaker/window/time: 100ms is not between'],
    [{ breaker: { openFor: { initial: '5s', max: '1s' } } }, '/breaker/openFor/initial: 5s is more than max (1s)'],
    [{ breaker: { failures: ['ok', '5xx'] } }, '/breaker/failures/0: ok is no failure'],
    [{ retry: { attempts: 3, when: [502, '502'] } }, '/retry/when/1: 502 stands here twice'],
    [{ breaker: { failures: ['5xx', '5xx'] } }, '/breaker/failures/1: 5xx stands here twice'],
    [
      { operations: { a: { match: { method: 'post' }, idempotency: 'key' } } },
      '/operations/a/match/method: no call has it',
    ],
    [
      {
        operations: {
          a: { match: { path: '/x' }, idempotency: 'key' },
          b: { match: { path: '/x' }, idempotency: 'safe' },
        },
      },
      '/operations/b/match: is the same as that of operation "a"',
    ],
  ])('%o is refused: %s', (rule, expected) => {
    const errors = errorsOf({ dependencies: { subject: rule } });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`/dependencies/subject${expected}`);
  });

  it('have at most a hundred operations each', () => {
    const operations = (count: number) => many(count, (i) => ({ match: { path: `/${i}` }, idempotency: 'key' }));
    expect(errorsOf({ dependencies: { payments: { operations: operations(100) } } })).toEqual([]);
    expect(errorsOf({ dependencies: { payments: { operations: operations(101) } } })).toEqual([
      '/dependencies/payments/operations: there are 101 operations; at most 100 are taken',
    ]);
  });

  it('may be no more than a breaker, which has its defaults', () => {
    expect(errorsOf({ dependencies: { payments: { breaker: {} } } })).toEqual([]);
  });
});

describe('jobs', () => {
  it.each([
    [{ schedule: 'cron(0 2 * * ? *)', timezone: 'Europe/Berlin' }, []],
    [{ schedule: 'rate(5 minutes)', maxRuntime: '10m', startDeadline: '2m' }, []],
    [{ schedule: '0 2 * * *', timezone: 'Mars/Base' }, ['/jobs/nightly/timezone']],
    [{ schedule: '61 2 * * *', timezone: 'Mars/Base' }, ['/jobs/nightly/timezone', '/jobs/nightly/schedule']],
    [{ schedule: 'cron(0 2 30 2 ? *)' }, ['/jobs/nightly/schedule']],
    [{ schedule: 'Mon..Fri 02:00', timezone: 'Europe/Berlin' }, []],
    [{ schedule: 'Mon..Fri 02:00 Europe/Berlin' }, []],
    [{ schedule: 'Mon..Fri 02:00 Europe/Berlin', timezone: 'UTC' }, ['/jobs/nightly/timezone']],
    [{ schedule: 'at(2027-03-28T02:30:00)', timezone: 'Europe/Berlin' }, ['/jobs/nightly/schedule']],
    [{ schedule: '*:*:0/30' }, ['/jobs/nightly/schedule']],
    [{ schedule: '12:00:10\n12:00:20' }, ['/jobs/nightly/schedule']],
    [{ schedule: '0 0 2 * * *' }, ['/jobs/nightly/schedule']],
    [{ schedule: '*/90 * * * *' }, ['/jobs/nightly/schedule']],
    [{ schedule: '*/45 */12 * * *' }, []],
  ])('%o has errors at %o', (rule, paths) => {
    expect(errorsOf({ jobs: { nightly: rule } }).map((error) => error.split(': ')[0])).toEqual(paths);
  });
});

describe('quotas', () => {
  const quota = (rule: object) => errorsOf({ throttles: { monthly: { algorithm: 'fixed-window', ...rule } } });
  it.each([{ limit: '1M/month' }, { limit: '1k/day', timezone: 'Europe/Berlin' }, { limit: '5k/10min' }])(
    'may be %j',
    (rule) => {
      expect(quota(rule)).toEqual([]);
    },
  );
  it.each<[object, string]>([
    [
      { limit: '1M/month', burst: 5 },
      '/throttles/monthly/burst: means nothing with fixed-window, whose limit is all there is',
    ],
    [
      { limit: '1.5/day' },
      '/throttles/monthly/limit: "1.5/day" is not a number of requests in a window; write 100/s, 5k/10min, 1k/day or 1M/month',
    ],
    [{ limit: '5/2d' }, '/throttles/monthly/limit: "5/2d" is no window of the calendar; write /day, /week or /month'],
    [
      { limit: '5/day', timezone: 'Mars/Base' },
      '/throttles/monthly/timezone: "Mars/Base" is not a timezone; write a name such as UTC or Europe/Berlin',
    ],
    [
      { limit: '5/h', timezone: 'UTC' },
      '/throttles/monthly/timezone: 5/h begins no window by the calendar: leave it out',
    ],
  ])('may not be %j', (rule, error) => {
    expect(quota(rule)).toEqual([error]);
  });
  it('are asked for by name: a bucket has neither months nor a timezone', () => {
    expect(errorsOf({ throttles: { monthly: { limit: '1M/month' } } })).toEqual([
      '/throttles/monthly/limit: "1M/month" is not a rate; write 100/s, 5/10s, 1k/min or 1M/d, more than zero; with algorithm: fixed-window it is a quota',
    ]);
    expect(errorsOf({ throttles: { daily: { limit: '1k/h', timezone: 'UTC' } } })).toEqual([
      '/throttles/daily/timezone: means something with algorithm: fixed-window alone',
    ]);
  });
});

describe('a job that comes no more', () => {
  const NOON = Date.UTC(2026, 11, 24, 12);
  const once = { schedule: 'at(2026-12-24T11:00:00)' };
  const errorsOf = (jobs: object, before?: RuleDocument['jobs'], nowMs = NOON) => {
    const document = { apiVersion: 'flyball/v1', service: 'orders', jobs };
    const result = validateDocument('orders', document, nowMs, before && { jobs: before });
    return result.valid ? [] : result.errors;
  };

  it('is refused, with what to do', () => {
    expect(errorsOf({ once })).toEqual([
      {
        path: '/jobs/once/schedule',
        reason: `"${once.schedule}" came last at 2026-12-24T11:00:00.000Z, and never again; write a time to come, or take the job out`,
      },
    ]);
    expect(errorsOf({ once: { schedule: '2026-12-24 11:00:00' } })).toHaveLength(1);
  });

  it.each([
    ['is to come', { once: { schedule: 'at(2026-12-24T13:00:00)' } }, undefined, NOON],
    ['comes again and again', { often: { schedule: '0 11 24 12 *' } }, undefined, NOON],
    ['is to come by its own clock', { once: { ...once, timezone: 'America/New_York' } }, undefined, NOON],
    ['is in force as it is', { once, other: { schedule: '0 2 * * *' } }, { once }, NOON],
    ['is not to come in force', { once }, undefined, -Infinity],
  ])('is none that %s', (_what, jobs, before, nowMs) => {
    expect(errorsOf(jobs, before, nowMs)).toEqual([]);
  });

  it('is refused where it is changed, whatever is in force', () => {
    expect(errorsOf({ once: { schedule: 'at(2026-12-24T10:00:00)' } }, { once })).toHaveLength(1);
    expect(errorsOf({ once: { ...once, timezone: 'Asia/Kolkata' } }, { once })).toHaveLength(1);
  });
});
