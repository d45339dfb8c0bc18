// Chains of fallbacks beyond fixed answers, within a governed function: each step may fail and hands on to the next.
import { beforeAll, describe, expect, it } from 'vitest';
import { flyball, Misused, type CallOptions } from '../../../../middleware/index.ts';
import { events, testGovernor, type TestGovernor } from '../../../../middleware/testing/index.ts';

// Loaded with the first call of a function, which takes real time that the kit's clock knows nothing of.
beforeAll(() => import('../../../../middleware/call/invoking.ts'));

const rates = { target: { url: 'https://rates.example' } };
const backup = { target: { url: 'https://backup.example' } };

async function kitWith(rules: object): Promise<TestGovernor> {
  return testGovernor({ service: 'shop', rules: rules });
}

interface Given {
  readonly statusCode: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A handler that calls, and what it answers with. */
function asking(kit: TestGovernor, options: CallOptions = { method: 'GET', path: '/eur' }) {
  const handler = kit.governed(async (_event: unknown): Promise<Given> => {
    const value: unknown = await flyball.call('rates', options);
    return { statusCode: 200, body: JSON.stringify(value ?? 'nothing') };
  });
  return async (event: unknown = events.httpV2()) => {
    const { statusCode, body, headers } = await kit.invoke(handler, event);
    return { statusCode, body, mark: headers?.['x-flyball-fallback'] };
  };
}

describe("a dependency's last good answer", () => {
  const chain = { dependencies: { rates: { ...rates, fallback: [{ lastGood: { maxAge: '10m' } }] } } };

  it('stands in for it, and its age is told', async () => {
    using kit = await kitWith(chain);
    const ask = asking(kit);
    kit.respond('rates', { body: { eur: 1 } }, { fail: 503 });
    expect(await ask()).toEqual({ statusCode: 200, body: '{"eur":1}', mark: undefined });
    await kit.advance('42s');
    expect(await ask()).toEqual({ statusCode: 200, body: '{"eur":1}', mark: 'rates;step=lastGood;age=42' });
    expect(kit.recorded.internal).toContain('fallback:rates/lastGood');
    await kit.advance('10m');
    expect(await ask()).toMatchObject({ statusCode: 502, mark: undefined });
  });

  it.each<[string, CallOptions, CallOptions]>([
    ['another path', { method: 'GET', path: '/a' }, { method: 'GET', path: '/b' }],
    ['another body', { method: 'GET', body: { a: 1 } }, { method: 'GET', body: { a: 2 } }],
    [
      'other credentials',
      { method: 'GET', headers: { authorization: 'a' } },
      { method: 'GET', headers: { authorization: 'b' } },
    ],
    [
      'a body that nobody can compare',
      { method: 'GET', body: new URLSearchParams('a') },
      { method: 'GET', body: new URLSearchParams('b') },
    ],
  ])('is none of %s', async (_what, first, then) => {
    using kit = await kitWith(chain);
    kit.respond('rates', { body: 1 }, { fail: 503 });
    expect(await asking(kit, first)()).toMatchObject({ statusCode: 200 });
    expect(await asking(kit, then)()).toMatchObject({ statusCode: 502 });
  });

  it('is none of what may have effects', async () => {
    using kit = await kitWith(chain);
    const ask = asking(kit, { method: 'POST', body: { amount: 1 } });
    kit.respond('rates', { body: { charged: true } }, { fail: 503 });
    expect(await ask()).toMatchObject({ statusCode: 200 });
    expect(await ask()).toMatchObject({ statusCode: 502 });
  });

  it.each([
    ['nobody else', {}, 502],
    ['everybody, when the rule says that it does not matter who asks', { shared: true }, 200],
  ])('of one verified caller is given to %s', async (_whom, more, status) => {
    const jwt = { issuer: 'https://id.example', audience: 'shop', jwksUri: 'https://id.example/jwks' };
    using kit = await kitWith({
      access: { jwt, require: ['jwt'] },
      dependencies: { rates: { ...rates, fallback: [{ lastGood: { maxAge: '10m', ...more } }] } },
    });
    const ask = asking(kit);
    kit.respond('rates', { body: { eur: 1 } }, { fail: 503 });
    const as = async (sub: string) =>
      events.httpV2({ headers: { authorization: `Bearer ${await kit.token({ sub })}` } });
    expect(await ask(await as('ada'))).toMatchObject({ statusCode: 200 });
    expect(await ask(await as('ada'))).toMatchObject({ statusCode: 200 });
    expect(await ask(await as('bob'))).toMatchObject({ statusCode: status });
  });

  it.each([
    ['by its key', { lastGoodKey: 'eur' }, { lastGoodKey: 'eur' }, 'good'],
    ['not by another key', { lastGoodKey: 'eur' }, { lastGoodKey: 'usd' }, 'bad'],
    ['not without a key, since nobody knows what was asked', {}, {}, 'bad'],
  ])('of a piece of work is known %s', async (_how, first, then, expected) => {
    using kit = await kitWith({ dependencies: { rates: { fallback: [{ lastGood: { maxAge: '10m' } }] } } });
    const handler = kit.governed(async (event: { fail: boolean }) => {
      const work = () => (event.fail ? Promise.reject(new Error('down')) : Promise.resolve('good'));
      return flyball.run('rates', work, { idempotent: true, ...(event.fail ? then : first) }).catch(() => 'bad');
    });
    expect(await kit.invoke(handler, { fail: false })).toBe('good');
    expect(await kit.invoke(handler, { fail: true })).toBe(expected);
  });
});

describe('somebody else', () => {
  const chain = {
    dependencies: {
      rates: { ...rates, fallback: [{ dependency: 'backup' }, { respond: { status: 200, body: 'fixed' } }] },
      backup,
    },
  };

  it('is asked the same, under rules of its own', async () => {
    using kit = await kitWith(chain);
    kit.fail('rates', 503);
    kit.respond('backup', { body: { eur: 2 } });
    expect(await asking(kit)()).toEqual({ statusCode: 200, body: '{"eur":2}', mark: 'rates;step=dependency' });
    expect(kit.calls.map(({ dependency, method, path }) => [dependency, method, path])).toEqual([
      ['rates', 'GET', '/eur'],
      ['backup', 'GET', '/eur'],
    ]);
    expect(kit.recorded.calls.map(({ dependency }) => dependency).sort()).toEqual(['backup', 'rates']);
  });

  it('hands on to the next step when it fails as well', async () => {
    using kit = await kitWith(chain);
    kit.fail('rates', 503);
    kit.fail('backup', 'connect');
    expect(await asking(kit)()).toEqual({ statusCode: 200, body: '"fixed"', mark: 'rates' });
  });

  it('is not asked what may be a bug: flyball misused is not hidden', async () => {
    using kit = await kitWith({ dependencies: { rates: { fallback: [{ respond: { status: 200, body: 'fixed' } }] } } });
    const handler = kit.governed((_event: unknown) => flyball.run('rates', () => flyball.call('nobody')));
    await expect(kit.invoke(handler, {})).rejects.toThrow(Misused);
  });
});

describe('who is asked in the place of somebody', () => {
  const marked = { 'x-flyball-fallback': '1' };
  const fallback = [{ function: 'one' }, { function: 'two' }, { dependency: 'backup' }];
  const chain = { dependencies: { rates: { ...rates, fallback }, backup } };

  async function sentFor(
    event: unknown,
    steps = [...fallback, { respond: { status: 200, body: 'fixed' } }] as object[],
  ) {
    using kit = await kitWith({ dependencies: { rates: { ...rates, fallback: steps }, backup } });
    kit.fail('rates', 503);
    kit.fail('backup', 503);
    for (const name of ['function:one', 'function:two']) kit.fail(name, 'error');
    await asking(kit)(event);
    return kit.calls.map(({ dependency, headers }) => [dependency, headers['x-flyball-fallback']]);
  }

  it('is told so', async () => {
    expect(await sentFor({})).toEqual([
      ['rates', undefined],
      ['function:one', '1'],
      ['function:two', '1'],
      ['backup', '1'],
    ]);
  });

  it('asks nobody else in the place of another, and those it calls do not either', async () => {
    expect(await sentFor({ headers: marked })).toEqual([['rates', '1']]);
  });

  it('is not anybody who says so over HTTP', async () => {
    expect(await sentFor(events.httpV2({ headers: marked }))).toHaveLength(4);
  });

  it('may be itself again, and asks no further', async () => {
    using kit = await kitWith(chain);
    kit.fail('rates', 503);
    kit.fail('backup', 503);
    const handler = kit.governed((_event: unknown) => flyball.call('rates', { method: 'GET' }));
    for (const name of ['function:one', 'function:two']) {
      kit.respond(name, async ({ headers }) => ({ body: await kit.invoke(handler, { headers }) }));
    }
    await expect(kit.invoke(handler, {})).rejects.toThrow('rates');
    expect(kit.calls.filter(({ dependency }) => dependency.startsWith('function:'))).toHaveLength(2);
  });
});

describe('a function that no rule names otherwise', () => {
  it('is asked the same for a call', async () => {
    using kit = await kitWith({ dependencies: { rates: { ...rates, fallback: [{ function: 'rates-backup' }] } } });
    kit.fail('rates', 503);
    kit.respond('function:rates-backup', { body: { eur: 3 } });
    expect(await asking(kit)()).toEqual({ statusCode: 200, body: '{"eur":3}', mark: 'rates;step=function' });
  });

  it('is asked with the request for a resource', async () => {
    using kit = await kitWith({ resources: { home: { match: { path: '/home' }, fallback: [{ function: 'plain' }] } } });
    kit.respond('function:plain', ({ method, path, body }) => ({ body: { method, path, body } }));
    const handler = kit.governed((_event: unknown) => Promise.reject(new Error('a bug')));
    const event = events.httpV2({ method: 'PUT', path: '/home', query: { page: '2' }, body: { a: 1 } });
    const answer = (await kit.invoke(handler, event)) as unknown as Given;
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'x-flyball-fallback': 'home;step=function' } });
    expect(JSON.parse(answer.body)).toEqual({ method: 'PUT', path: '/home?page=2', body: { a: 1 } });
  });

  it('leaves the error as it was when it fails, too', async () => {
    using kit = await kitWith({ resources: { home: { match: { path: '/home' }, fallback: [{ function: 'plain' }] } } });
    kit.fail('function:plain', 'error');
    const handler = kit.governed((_event: unknown) => Promise.reject(new Error('a bug')));
    await expect(kit.invoke(handler, events.httpV2({ path: '/home' }))).rejects.toThrow('a bug');
  });
});

describe('skipping', () => {
  it('has a call resolve with undefined', async () => {
    using kit = await kitWith({ dependencies: { rates: { ...rates, fallback: [{ when: ['failure'], skip: true }] } } });
    kit.fail('rates', 503);
    expect(await asking(kit)()).toEqual({ statusCode: 200, body: '"nothing"', mark: 'rates;step=skip' });
  });

  it('answers a request with 204', async () => {
    using kit = await kitWith({ resources: { home: { match: { path: '/' }, fallback: [{ skip: true }] } } });
    const handler = kit.governed((_event: unknown) => Promise.reject(new Error('a bug')));
    expect(await kit.invoke(handler, events.httpV2({ path: '/' }))).toMatchObject({
      statusCode: 204,
      headers: { 'x-flyball-fallback': 'home;step=skip' },
    });
  });
});

describe("a resource's last good answer", () => {
  const resources = { home: { match: { path: '/home' }, fallback: [{ lastGood: { maxAge: '1m' } }] } };
  interface Served {
    readonly statusCode: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  }
  type Asked = Parameters<typeof events.httpV2>[0];

  async function served(first: Asked, then: Asked, good: Served = { statusCode: 200, body: 'good' }): Promise<Served> {
    using kit = await kitWith({ resources });
    let answer: Served | undefined = good;
    const handler = kit.governed((_event: unknown): Served => {
      if (!answer) throw new Error('a bug');
      return answer;
    });
    await kit.invoke(handler, events.httpV2({ method: 'GET', path: '/home', ...first }));
    answer = undefined;
    await kit.advance('7s');
    try {
      return await kit.invoke(handler, events.httpV2({ method: 'GET', path: '/home', ...then }));
    } catch {
      return { statusCode: 500 };
    }
  }

  it('is given to whoever asks the same again', async () => {
    expect(await served({}, {})).toEqual({
      statusCode: 200,
      body: 'good',
      headers: { 'x-flyball-fallback': 'home;step=lastGood;age=7' },
    });
  });

  it.each<[string, Asked, Asked]>([
    ['with another query', { query: { page: '1' } }, { query: { page: '2' } }],
    ['from another address', { sourceIp: '192.0.2.1' }, { sourceIp: '192.0.2.2' }],
    ['with another token', { headers: { authorization: 'Bearer a' } }, { headers: { authorization: 'Bearer b' } }],
    ['with another session', { headers: { cookie: 's=1' } }, { headers: { cookie: 's=2' } }],
    ['in another language', { headers: { 'accept-language': 'en' } }, { headers: { 'accept-language': 'de' } }],
    ['that may have effects', { method: 'POST' }, { method: 'POST' }],
  ])('is not given to a request %s', async (_how, first, then) => {
    expect(await served(first, then)).toMatchObject({ statusCode: 500 });
  });

  it.each<[string, Served]>([
    ['sets a cookie', { statusCode: 200, headers: { 'Set-Cookie': 's=1' } }],
    ['must not be stored', { statusCode: 200, headers: { 'cache-control': 'no-store' } }],
    ['was none', { statusCode: 404 }],
  ])('is no answer that %s', async (_what, good) => {
    expect(await served({}, {}, good)).toMatchObject({ statusCode: 500 });
  });
});
