// When an issuer is asked for its keys, who waits for it, and what holds while it does not answer.
import type { JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import { FETCH_LIMIT_MS, KeySet, type FetchKeys } from '../../../../middleware/access/key-set.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

const set = (kid: string): JSONWebKeySet => ({ keys: [{ kty: 'OKP', kid }] });
const MINUTE = 60_000;

/** A key set whose issuer answers with what `issuer.answer` makes. */
function start(answer: FetchKeys = () => Promise.resolve(set('one'))) {
  const clock = fakeClock();
  const issuer = { asked: 0, answer };
  const lines: object[] = [];
  const write = (level: string) => (message: string, fields: object) => void lines.push({ level, message, ...fields });
  const logger = { info: write('info'), warn: write('warn'), error: write('error') };
  const ask: FetchKeys = (uri, signal) => {
    issuer.asked++;
    return issuer.answer(uri, signal);
  };
  const keySet = new KeySet('https://issuer.example.com/jwks?key=secret', clock, ask, logger);
  const kid = async () => (await keySet.current(FETCH_LIMIT_MS))?.set.keys[0]?.kid;
  return { clock, issuer, keySet, kid, lines };
}

const away = () => Promise.reject(new Error('connection refused'));

describe('keys', () => {
  it('are fetched once by all who wait for them, and then kept', async () => {
    const { issuer, kid } = start();
    expect(await Promise.all([kid(), kid(), kid()])).toEqual(['one', 'one', 'one']);
    expect(await kid()).toBe('one');
    expect(issuer.asked).toBe(1);
  });

  it('are due to be fetched again after ten minutes, while the old ones serve', async () => {
    const { clock, issuer, keySet, kid } = start();
    await kid();
    expect(keySet.due(clock.now() + 10 * MINUTE)).toBe(false);
    clock.advance(10 * MINUTE + 1);
    expect(keySet.due(clock.now())).toBe(true);
    issuer.answer = () => Promise.resolve(set('two'));
    expect(await kid()).toBe('one');
    await keySet.refresh(new AbortController().signal);
    expect(await kid()).toBe('two');
    expect(keySet.due(clock.now())).toBe(false);
  });

  it('are awaited when they are an hour old', async () => {
    const { clock, issuer, kid } = start();
    await kid();
    clock.advance(60 * MINUTE + 1);
    issuer.answer = () => Promise.resolve(set('two'));
    expect(await kid()).toBe('two');
  });

  it('are kept, however old, while the issuer is away', async () => {
    const { clock, issuer, keySet, kid } = start();
    await kid();
    issuer.answer = away;
    clock.advance(24 * 60 * MINUTE);
    expect(await kid()).toBe('one');
    expect(keySet.issuerAway).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no list', {}],
    ['an empty list', { keys: [] }],
    ['a list of no keys', { keys: [null] }],
    ['no object', 'keys'],
  ])('are kept when the issuer answers with %s', async (_what, answer) => {
    const { clock, issuer, kid } = start();
    await kid();
    issuer.answer = () => Promise.resolve(answer);
    clock.advance(60 * MINUTE + 1);
    expect(await kid()).toBe('one');
  });
});

describe('an issuer that is away', () => {
  it('leaves no keys, and is asked again after five seconds', async () => {
    const { clock, issuer, kid } = start(away);
    expect(await kid()).toBeUndefined();
    expect(await kid()).toBeUndefined();
    expect(issuer.asked).toBe(1);
    clock.advance(5_000);
    issuer.answer = () => Promise.resolve(set('one'));
    expect(await kid()).toBe('one');
  });

  it('is waited for a second at most, and no timer outlives that', async () => {
    const { clock, kid } = start(() => new Promise(() => {}));
    const waiting = kid();
    clock.advance(FETCH_LIMIT_MS);
    expect(await waiting).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  it('is told when nobody waits any more', async () => {
    let told: AbortSignal | undefined;
    const { clock, keySet } = start((_uri, signal) => {
      told = signal;
      return new Promise(() => {});
    });
    const waiting = keySet.current(50);
    clock.advance(50);
    await waiting;
    expect(told?.aborted).toBe(true);
  });
});

describe('the log', () => {
  const awayLine = {
    level: 'warn',
    message: 'flyball cannot get the keys of an issuer',
    jwksUri: 'https://issuer.example.com/jwks',
  };
  const backLine = {
    level: 'info',
    message: 'flyball has the keys of an issuer again',
    jwksUri: 'https://issuer.example.com/jwks',
  };

  it('says nothing while the issuer answers', async () => {
    const { clock, kid, lines } = start();
    await kid();
    clock.advance(60 * MINUTE + 1);
    await kid();
    expect(lines).toEqual([]);
  });

  it('says once, for all requests of a spell, that the issuer is away, and once that it is back', async () => {
    const { clock, issuer, kid, lines } = start(away);
    for (let i = 0; i < 5; i++) {
      await Promise.all([kid(), kid()]);
      clock.advance(5_000);
    }
    expect(issuer.asked).toBe(5);
    expect(lines).toEqual([{ ...awayLine, keys: 'none', error: 'Error', reason: 'connection refused' }]);
    issuer.answer = () => Promise.resolve(set('one'));
    await kid();
    expect(lines.slice(1)).toEqual([backLine]);
  });

  it('speaks of each spell', async () => {
    const { clock, issuer, kid, lines } = start();
    for (const answer of [() => Promise.resolve(set('one')), away, () => Promise.resolve(set('two')), away]) {
      issuer.answer = answer;
      await kid();
      clock.advance(60 * MINUTE + 1);
    }
    expect(lines).toMatchObject([{ ...awayLine, keys: 'the last ones' }, backLine, awayLine]);
  });

  it.each<[string, FetchKeys, object]>([
    ['an answer without keys', () => Promise.resolve({}), { reason: 'the answer is no set of keys' }],
    [
      'a failure of the network, by its cause',
      () => Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND issuer') })),
      { error: 'Error', reason: 'getaddrinfo ENOTFOUND issuer' },
    ],
    [
      'a failure that has only a code, as of several addresses',
      () =>
        Promise.reject(
          new TypeError('fetch failed', { cause: Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }) }),
        ),
      { error: 'AggregateError', reason: 'ECONNREFUSED' },
    ],
  ])('tells of %s', async (_what, answer, fields) => {
    const { kid, lines } = start(answer);
    await kid();
    expect(lines).toEqual([expect.objectContaining({ ...awayLine, ...fields })]);
  });

  it('tells of an issuer that takes too long', async () => {
    const { clock, kid, lines } = start(() => new Promise(() => {}));
    const waiting = kid();
    clock.advance(FETCH_LIMIT_MS);
    await waiting;
    expect(lines).toEqual([
      expect.objectContaining({
        ...awayLine,
        error: 'TimeoutError',
        reason: 'the issuer did not give its keys in time',
      }),
    ]);
  });
});

describe('a key nobody has heard of', () => {
  it('is asked for every thirty seconds at most', async () => {
    const { clock, issuer, keySet, kid } = start();
    await kid();
    const keys = await keySet.current(FETCH_LIMIT_MS);
    if (!keys) throw new Error('there are keys');
    clock.advance(29_999);
    expect(await keySet.newerThan(keys, FETCH_LIMIT_MS)).toBeUndefined();
    expect(issuer.asked).toBe(1);
    clock.advance(1);
    issuer.answer = () => Promise.resolve(set('two'));
    const found = await Promise.all([1, 2, 3].map(() => keySet.newerThan(keys, FETCH_LIMIT_MS)));
    expect(found.map((newer) => newer?.set.keys[0]?.kid)).toEqual(['two', 'two', 'two']);
    expect(issuer.asked).toBe(2);
  });

  it('may be new while the issuer does not answer, and the known ones stay', async () => {
    const { clock, issuer, keySet, kid } = start();
    await kid();
    const keys = await keySet.current(FETCH_LIMIT_MS);
    if (!keys) throw new Error('there are keys');
    clock.advance(30_000);
    issuer.answer = away;
    expect(await keySet.newerThan(keys, FETCH_LIMIT_MS)).toBeUndefined();
    expect(keySet.issuerAway).toBe(true);
    expect(await kid()).toBe('one');
  });
});

describe('a frozen environment', () => {
  it('gives up the fetch it was frozen in, whose late answer changes nothing', async () => {
    let answerLate: (set: JSONWebKeySet) => void = () => {};
    const { clock, issuer, keySet, kid } = start(
      () =>
        new Promise((resolve) => {
          answerLate = resolve;
        }),
    );
    void keySet.current(FETCH_LIMIT_MS);
    clock.set(clock.now() + 60 * MINUTE);
    issuer.answer = () => Promise.resolve(set('new'));
    expect(await kid()).toBe('new');
    answerLate(set('old'));
    await Promise.resolve();
    expect(await kid()).toBe('new');
  });
});
