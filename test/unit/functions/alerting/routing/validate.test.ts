// What is refused of a routing document, all at once, and what is only remarked upon.
import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, MAX_ERRORS } from '../../../../../functions/api/index.ts';
import { validateRouting } from '../../../../../functions/alerting/routing/validate.ts';
import { whole } from './documents.ts';

const { mail } = { mail: whole.channels['orders-mail'] };
const minimal = { apiVersion: 'flyball/v1', channels: { mail }, route: { channels: ['mail'] } };

function errorsOf(value: unknown): string[] {
  const validation = validateRouting(value);
  return validation.valid ? [] : validation.errors.map(({ path, reason }) => `${path}: ${reason}`);
}
function warningsOf(value: unknown): string[] {
  const validation = validateRouting(value);
  if (!validation.valid) throw new Error(JSON.stringify(validation.errors));
  return validation.warnings.map(({ path, reason }) => `${path}: ${reason}`);
}
const route = (more: object) => ({ ...minimal, route: { ...minimal.route, ...more } });

describe('a routing document', () => {
  it('may be as small as a channel and a route to it', () => {
    expect(errorsOf(minimal)).toEqual([]);
    expect(warningsOf(minimal)).toEqual([]);
  });

  it('may use all there is', () => {
    expect(errorsOf(whole)).toEqual([]);
    expect(warningsOf(whole)).toEqual([
      '/route/channels: alerts of nobody, and of owners without channels, reach nobody: name a channel for them as well',
    ]);
  });

  it('is refused for every error at once, of form and of meaning', () => {
    const errors = errorsOf({
      apiVersion: 'flyball/v1',
      timezone: 'Mars/Base',
      owners: { 'team-orders': { deferUntil: '8am', channels: ['mial'] } },
      channels: { mail },
      windows: { nights: { times: [{ from: '22:00', to: '22:00' }] } },
      route: {
        channels: ['mail'],
        mute: ['nigths'],
        routes: [{ match: { severity: ['urgent'], owner: ['team-oders'] } }],
      },
    });
    expect(errors.map((error) => error.split(':')[0])).toEqual([
      '/timezone',
      '/owners/team-orders/deferUntil',
      '/windows/nights/times/0/to',
      '/route/routes/0/match/severity/0',
      '/owners/team-orders/channels/0',
      '/route/mute/0',
      '/route/routes/0/match/owner/0',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['without a root', { ...minimal, route: undefined }, '/route'],
    ['with a root that tells nobody', { ...minimal, route: { channels: [] } }, '/route/channels'],
    ['with a root that chooses', route({ match: { kind: ['job'] } }), '/route/match'],
    ['with a key nobody knows', route({ gruopBy: ['service'] }), '/route/gruopBy'],
    ['with an unknown channel', route({ channels: ['mial'] }), '/route/channels/0'],
    ['with a window that is not there', route({ mute: ['nights'] }), '/route/mute/0'],
    [
      'with an escalation to nobody',
      route({ escalate: [{ after: '15m', channels: [] }] }),
      '/route/escalate/0/channels',
    ],
    [
      'with an escalation to owners who have no channels',
      route({ escalate: [{ after: '15m', channels: ['owner'] }] }),
      '/route/escalate/0/channels',
    ],
    [
      'with steps out of order',
      route({ escalate: ['30m', '30m'].map((after) => ({ after, channels: ['mail'] })) }),
      '/route/escalate/1/after',
    ],
    ['with a channel named owner', { ...minimal, channels: { mail, owner: mail } }, '/channels/owner'],
    [
      'with a window that never ends',
      { ...minimal, windows: { always: { times: [{ from: '00:00', to: '24:00' }] } } },
      '/windows/always/times',
    ],
    ['with a repeat like a flood', route({ repeat: '1s' }), '/route/repeat'],
    [
      'with an inhibition of everything',
      { ...minimal, inhibit: [{ when: {}, mutes: { kind: ['job'] } }] },
      '/inhibit/0/when',
    ],
    ['with a limit that says of nothing how severe', { ...minimal, limits: [{ match: {} }] }, '/limits/0/severity'],
    [
      'with a limit of channels that there are not',
      { ...minimal, limits: [{ severity: 'high', channels: ['mail', 'mial'] }] },
      '/limits/0/channels/1',
    ],
    [
      'with a limit of an owner that there is not',
      { ...minimal, limits: [{ match: { owner: ['team-oders'] }, severity: 'high' }] },
      '/limits/0/match/owner/0',
    ],
    [
      'with a secret in it',
      { ...minimal, channels: { mail: { type: 'slack', webhook: 'https://hooks.slack.com/services/T/B/x' } } },
      '/channels/mail/webhook',
    ],
    ['that is not a document', 'route', ''],
  ])('is refused %s', (_, value, path) => {
    expect(errorsOf(value).map((error) => error.slice(0, error.indexOf(': ')))).toEqual([path]);
  });

  it('says what there is instead of a name that there is not', () => {
    expect(errorsOf(route({ channels: ['mial'] }))).toEqual([
      '/route/channels/0: no channel has this name; there is mail',
    ]);
  });
});

describe('what is probably not meant', () => {
  const routes = (...all: object[]) => route({ routes: all });
  it.each<[string, unknown, string[]]>([
    [
      'a route behind one that takes all of its alerts',
      routes({ match: { kind: ['job', 'check'] } }, { match: { kind: ['job'], severity: ['high'] } }),
      ['/route/routes/1: no alert gets here: /route/routes/0 comes first and takes them all'],
    ],
    ['not behind one that says continue', routes({ match: {}, continue: true }, { match: { kind: ['job'] } }), []],
    [
      'a route below one that lets none such through',
      routes({ match: { kind: ['job'] }, routes: [{ match: { kind: ['slo'] } }] }),
      ['/route/routes/0/routes/0/match: no alert gets here: /route/routes/0 lets none such through'],
    ],
    [
      'realtime alerts held back',
      { ...routes({ match: { severity: ['realtime'] }, mute: ['nights'] }), windows: whole.windows },
      [
        '/route/routes/0: holds back what is realtime while it is mute; say mute: [] here to send it',
        '/windows/lunch: no route is mute in it',
      ],
    ],
    [
      'channels that nobody names',
      { ...minimal, channels: { mail, chat: mail } },
      ['/channels/chat: no route and no owner names it: it is for checks that do, at most'],
    ],
    [
      'a channel of whose failure nobody hears but by itself',
      {
        ...routes({ match: { kind: ['job'] }, channels: ['chat'] }),
        channels: { mail, chat: mail },
      },
      [
        '/route/channels: that mail does not deliver is told by mail alone: name another channel for alerts of kind flyball',
      ],
    ],
    [
      'not when others hear of it',
      {
        ...routes(
          { match: { kind: ['job'] }, channels: ['chat'] },
          { match: { kind: ['flyball'] }, channels: ['chat'] },
        ),
        channels: { mail, chat: mail },
      },
      [],
    ],
    [
      'a limit behind one that takes all of its alerts',
      {
        ...minimal,
        limits: [
          { match: { kind: ['check'] }, severity: 'high' },
          { match: { kind: ['check'], tag: ['x'] }, severity: 'realtime' },
        ],
      },
      ['/limits/1: limits nothing: /limits/0 comes first and takes them all'],
    ],
    [
      'a limit of what is never limited',
      { ...minimal, limits: [{ match: { kind: ['flyball'] }, severity: 'deferred' }] },
      ["/limits/0/match: limits nothing: flyball's own alerts are told as their route says"],
    ],
    [
      'a pattern that fits no owner',
      { ...routes({ match: { owner: ['taem-*'] } }), owners: { 'team-orders': {} } },
      ['/route/routes/0/match/owner/0: fits none of the owners that the document names'],
    ],
  ])('%s', (_, value, warnings) => {
    expect(warningsOf(value)).toEqual(warnings);
  });
});

describe('of more patterns than can be compared', () => {
  const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  const UNCOMPARED = ': has so many patterns that not all of them were compared: there may be more that is not meant';

  it('what was found is said, and that there may be more', () => {
    const limits = times(100, (i) => ({ match: { service: times(200, (j) => `${i}-${j}*z`) }, severity: 'high' }));
    const warnings = warningsOf({ ...route({ routes: [{}, { match: { kind: ['job'] } }] }), limits });
    expect(warnings).toEqual([
      '/route/routes/1: no alert gets here: /route/routes/0 comes first and takes them all',
      UNCOMPARED,
    ]);
  });

  it('a document costs no more than a moment', () => {
    const own = (i: number) => [...times(199, (j) => `s${j}`), `own-${i}`];
    const document = {
      ...minimal,
      owners: Object.fromEntries(times(300, (i) => [`team-${i}`, {}])),
      limits: times(100, (i) => ({ match: { name: own(i) }, severity: 'high' })),
      route: {
        channels: ['mail'],
        routes: times(60, (i) => ({ match: { owner: times(120, (j) => `${i}-${j}*z`) } })),
      },
    };
    expect(JSON.stringify(document).length).toBeLessThan(MAX_BODY_BYTES);
    const before = process.threadCpuUsage();
    expect(warningsOf(document)).toContain(UNCOMPARED);
    const { user, system } = process.threadCpuUsage(before);
    // Each pair of its patterns would be some seconds here, and more of a small function.
    expect((user + system) / 1_000).toBeLessThan(1_500);
  });

  it('no more findings are told than errors would be', () => {
    const document = route({ routes: times(150, () => ({ match: {} })) });
    expect(warningsOf(document)).toHaveLength(MAX_ERRORS);
  });
});
