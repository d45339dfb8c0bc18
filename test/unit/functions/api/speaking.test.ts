import { describe, expect, it } from 'vitest';
import { keyFor, speaksFor, speaksNoMore, wordsFor } from '../../../../functions/api/speaking.ts';

const orders = (service: string) => service === 'orders';
const THEIRS = 'check/payments/the disk of ledger';
const OWN = 'job/orders/nightly';

describe('the key of an alert that speaks for another', () => {
  it.each([
    [OWN, OWN],
    [THEIRS, 'an alert of another service'],
    ['flyball/channel/orders', 'an alert of another service'],
    ['flyball/orders/rules', 'flyball/orders/rules'],
  ])('%s is told as %s', (key, told) => {
    expect(keyFor(key, orders)).toBe(told);
  });

  it('of what does not deliver is flyball’s own, also for a service that is called channel', () => {
    expect(keyFor('flyball/channel/mail', (service) => service === 'channel')).toBe('an alert of another service');
  });
});

describe('words', () => {
  it.each([
    ['', speaksFor(THEIRS, undefined), 'an alert of another service speaks for it, which it is because of'],
    ['', speaksFor(THEIRS, '/inhibit/0'), 'an alert of another service speaks for it, by the rule /inhibit/0'],
    [
      'inhibited: ',
      speaksFor(THEIRS, '/inhibit/0'),
      'an alert of another service speaks for it, by the rule /inhibit/0',
    ],
    ['firing: ', speaksNoMore(THEIRS), 'an alert of another service does not speak for it any more'],
    ['inhibited: ', `${THEIRS.slice(0, 25)}…`, 'an alert of another service…'],
    ['inhibited: ', `${speaksFor(THEIRS, undefined).slice(0, 50)}…`, 'an alert of another service speaks for it, w…'],
  ])('%s%s are told without the key', (decided, said, told) => {
    expect(wordsFor(`${decided}${said}`, orders)).toBe(`${decided}${told}`);
  });

  it.each([
    speaksFor(OWN, undefined),
    `firing: ${speaksNoMore(OWN)}`,
    speaksNoMore(undefined),
    'nightly failed.',
    'deferred until 2026-11-18T07:00:00.000Z: held until 08:00 Europe/Berlin',
    'by Ada: and/or/both are known',
  ])('%s are told as they are', (said) => {
    expect(wordsFor(said, orders)).toBe(said);
  });
});
