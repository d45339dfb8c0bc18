// Breakers as operators meet them, over HTTP and from the command line: of keys and of resources, why, and how they came to it.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { putBreakerTransition } from '../../../store/items/breaker-log.ts';
import { breakerStore } from '../../../store/items/breaker.ts';
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { serveCenter, type ServedCenter } from '../cli/center-over-http.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center } from './center.ts';

const BREAKERS = '/v1/services/orders/breakers';
/** Once they have failed, and are open. */
const LATER = NOW + 3_000;
const iso = (ms: number) => new Date(ms).toISOString();

let table: Table;
let center: Center;
let served: ServedCenter;
let logAway = false;

beforeAll(async () => {
  const { sdk } = await createTable(inject('dynamodb'));
  table = {
    ...sdk,
    put: (request) =>
      logAway && request.item.pk.includes('#breaker-log#')
        ? Promise.reject(new StoreUnavailable('timeout', 'no answer in time'))
        : sdk.put(request),
  };
  center = await startCenter(table);
  served = await serveCenter(center);
  await center.send('PUT', '/v1/services/orders/draft', {
    body: {
      apiVersion: 'flyball/v1',
      service: 'orders',
      resources: { create: { match: { method: 'POST', path: '/orders' }, breaker: { mode: 'shadow' } } },
      dependencies: {
        payments: { breaker: {} },
        mail: { breaker: { key: ['client'] } },
        fx: { breaker: { key: ['operation', 'header:x-api-key'] } },
      },
    },
  });
  await center.send('POST', '/v1/services/orders/publish');
  await failed('payments', undefined, NOW + 1_000);
  await failed('mail', 'sub:ada', NOW + 2_000);
  center.clock.set(LATER);
});
afterAll(() => served.stop());

/** As an instance does it that sees the fleet's calls fail. */
async function failed(name: string, key: string | undefined, epoch: number): Promise<void> {
  const counts = { calls: 20, failures: 13, slow: 0, windowMs: 30_000 };
  const because = { cause: 'failureRate', by: 'i-1', function: 'orders-fn', was: 'CLOSED', counts } as const;
  const store = breakerStore(
    table,
    'orders',
    name,
    key === undefined ? undefined : { value: key, keptFrom: () => epoch },
  );
  const state = { kind: 'OPEN', until: epoch + 5_000, openForMs: 5_000 } as const;
  expect((await store.move({ epoch: 0 }, { epoch, state, because }, [])).applied).toBe(true);
  const { cause, by } = because;
  const transition = { service: 'orders', breaker: name, key, from: 'CLOSED', to: 'OPEN', epoch, cause, by, counts };
  await putBreakerTransition(table, { ...transition, function: 'orders-fn', until: state.until });
}

const get = async (asked: string) => {
  const [path, query] = asked.split('?', 2);
  return center.send('GET', `${BREAKERS}${path ?? ''}`, query === undefined ? {} : { rawQuery: query });
};
const bodyOf = async (path: string) => (await get(path)).body as Readonly<Record<string, unknown>>;
const force = (name: string, body: object) => center.send('POST', `${BREAKERS}/${name}/force`, { body });

async function flyball(...argv: readonly string[]) {
  const ran = { exitCode: 0, out: '', err: '' };
  ran.exitCode = await run(argv, {
    env: { FLYBALL_URL: served.url, FLYBALL_TOKEN: 'fb_publisher' },
    folder: '/',
    version: '1.2.3',
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
  });
  return ran;
}

describe('the list of breakers', () => {
  it('has those of dependencies and of resources, with why, who and when it tries again', async () => {
    const listed = (await get('')).body as { name: string; kind: string; state: string }[];
    expect(listed.map(({ name, kind, state }) => `${kind} ${name} ${state}`)).toEqual([
      'dependency fx CLOSED',
      'dependency mail OPEN',
      'dependency payments OPEN',
      'resource resource:create CLOSED',
    ]);
    expect(listed[2]).toMatchObject({
      since: iso(NOW + 1_000),
      openUntil: iso(NOW + 6_000),
      because: { cause: 'failureRate', by: 'i-1', function: 'orders-fn', counts: { calls: 20, failures: 13 } },
    });
    expect(listed[3]).toMatchObject({ mode: 'shadow', since: null, because: null });
  });

  it('has of a rule with a key those keys that have changed of late', async () => {
    expect(await bodyOf('/mail')).toMatchObject({
      keyedBy: ['client'],
      state: 'OPEN',
      keys: [{ key: 'sub:ada', state: 'OPEN', because: { cause: 'failureRate' } }],
    });
  });

  it.each([
    ['?key=client=ada', [{ name: 'mail', key: 'sub:ada', state: 'OPEN' }]],
    ['?key=client=bob', [{ name: 'mail', key: 'sub:bob', state: 'CLOSED' }]],
    ['?key=client', [{ name: 'mail', key: '(none)', state: 'CLOSED' }]],
    ['?key=operation=charge&key=header:x-api-key=k', [{ name: 'fx', state: 'CLOSED' }]],
    ['?key=ip=1', []],
  ])('of the key %s', async (query, expected) => {
    expect((await get(query)).body).toMatchObject(expected);
  });

  it('shows no secret of a key', async () => {
    const shown = await bodyOf('/fx?key=operation=charge&key=header:x-api-key=a-secret');
    expect(shown['key']).toMatch(/^charge,~[\w-]{22}$/);
    expect(await bodyOf(`/fx?stored=${String(shown['key'])}`)).toEqual(shown);
  });

  it.each([
    ['/payments?key=client=ada', 'key means nothing here'],
    ['/payments?stored=x', 'stored means nothing here'],
    ['/mail?stored=a,b', 'is not how the table has a key'],
    ['/mail?key=client=a&stored=b', 'leave key out'],
    ['/fx?key=operation=charge', '"header:x-api-key" is not given'],
    ['/payments/transitions?from=tomorrow', 'from is not a time'],
    ['/payments/transitions?from=2026-01-05T12:00:00Z&to=2026-01-05T11:00:00Z', 'from is not before to'],
    ['/payments/transitions?cursor=x', 'The cursor is not one that this list gave'],
  ])('asked as %s is refused', async (path, reason) => {
    expect(await get(path)).toMatchObject({ status: 400, body: { detail: expect.stringContaining(reason) as string } });
  });
});

describe('forcing', () => {
  it('of one key leaves the others alone, and is listed and audited', async () => {
    expect(await force('fx', { state: 'FORCED_OPEN', reason: 'x' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/key' }] },
    });
    const key = ['operation=charge', 'header:x-api-key=k'];
    const forced = await force('fx', { state: 'FORCED_OPEN', reason: 'they asked', key, for: '10m' });
    expect(forced).toMatchObject({
      status: 200,
      body: { state: 'FORCED_OPEN', forced: { until: iso(LATER + 600_000) } },
    });
    expect(await bodyOf('/fx?key=operation=refund&key=header:x-api-key=k')).toMatchObject({ state: 'CLOSED' });
    expect(await bodyOf('/fx/transitions')).toMatchObject({
      transitions: [
        { to: 'FORCED_OPEN', cause: 'forced', by: 'admin-key', reason: 'they asked', until: iso(LATER + 600_000) },
      ],
    });
    const audit = await center.send('GET', '/v1/audit');
    expect(JSON.stringify(audit.body)).toContain('charge,~');
  });

  it.each([
    [{ state: 'FORCED_OPEN', reason: 'x', for: 'soon' }, '/for'],
    [{ state: 'FORCED_OPEN', reason: 'x', for: '0s' }, '/for'],
    [{ state: null, reason: 'x', for: '1m' }, '/for'],
    [{ state: 'FORCED_OPEN', reason: 'x', for: '1m', until: iso(LATER + 1_000) }, '/for'],
  ])('is refused by %o', async (body, path) => {
    expect(await force('payments', body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });

  it('of a resource’s breaker needs its whole name', async () => {
    expect(await force('create', { state: 'FORCED_OPEN', reason: 'x' })).toMatchObject({ status: 404 });
    const forced = await force('resource:create', { state: 'FORCED_OPEN', reason: 'x' });
    expect(forced).toMatchObject({ status: 200, body: { name: 'resource:create', state: 'FORCED_OPEN' } });
    await force('resource:create', { state: null, reason: 'x' });
  });

  it('stands also when it cannot be listed', async () => {
    logAway = true;
    const forced = await force('resource:create', { state: 'FORCED_CLOSED', reason: 'unlisted' });
    logAway = false;
    expect(forced).toMatchObject({ status: 200, body: { state: 'FORCED_CLOSED' } });
    expect(JSON.stringify((await get('/resource:create/transitions')).body)).not.toContain('unlisted');
    await force('resource:create', { state: null, reason: 'x' });
  });
});

describe('transitions', () => {
  it('are told newest first, page by page', async () => {
    const first = await bodyOf('/resource:create/transitions?limit=2');
    expect(first).toMatchObject({ transitions: [{ cause: 'released' }, { cause: 'released' }] });
    const rest = await bodyOf(`/resource:create/transitions?limit=2&cursor=${String(first['cursor'])}`);
    expect(rest).toMatchObject({ transitions: [{ cause: 'forced', reason: 'x' }] });
  });

  it('are those of one breaker and key', async () => {
    const keys = (body: Readonly<Record<string, unknown>>) =>
      (body['transitions'] as { key?: string }[]).map(({ key }) => key);
    expect(keys(await bodyOf('/mail/transitions?key=client=ada'))).toEqual(['sub:ada']);
    expect(keys(await bodyOf('/mail/transitions?key=client=bob'))).toEqual([]);
  });
});

describe('flyball breakers', () => {
  it('says in words how each stands', async () => {
    const { exitCode, out } = await flyball('breakers', 'orders', 'payments');
    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      `payments: OPEN since ${iso(NOW + 1_000)}; 0 calls, 0 failures, 0 slow in the window`,
      '  why: too many calls failed (20 calls, 13 failures, 0 slow, in 30 s), by orders-fn, instance i-1',
      `  tries again: ${iso(NOW + 6_000)}`,
    ]);
    expect((await flyball('breakers', 'orders')).out).toContain('mail: one for each client; those that changed');
    expect((await flyball('breakers', 'orders', 'mail', '--key', 'client=bob')).out).toContain(
      'mail [sub:bob]: CLOSED',
    );
  });

  it('tells how one came to it', async () => {
    const { out } = await flyball('breakers', 'orders', 'payments', '--transitions');
    expect(out).toBe(
      `${iso(NOW + 1_000)} CLOSED > OPEN, until ${iso(NOW + 6_000)}: too many calls failed (20 calls, 13 failures, 0 slow, in 30 s), by orders-fn, instance i-1`,
    );
    const { transitions } = JSON.parse(
      (await flyball('breakers', 'orders', 'payments', '--transitions', '--json')).out,
    ) as {
      transitions: object[];
    };
    expect(transitions).toHaveLength(1);
    expect((await flyball('breakers', 'orders', 'resource:create', '--transitions', '--limit', '1')).out).toContain(
      'There are more',
    );
  });
});

describe('flyball breaker', () => {
  it('forces and releases', async () => {
    const forced = await flyball(
      'breaker',
      'force',
      'orders',
      'mail',
      'open',
      '--key',
      'client=eve',
      '--for',
      '5m',
      '--reason',
      'abuse',
    );
    expect(forced).toMatchObject({ exitCode: 0, err: '' });
    expect(forced.out).toContain('mail: FORCED_OPEN');
    expect(forced.out).toContain(`forced by publisher-key until ${iso(LATER + 300_000)}: abuse`);
    const released = await flyball('breaker', 'release', 'orders', 'mail', '--stored', 'sub:eve', '--reason', 'over');
    expect(released.out).toContain('mail: CLOSED');
    expect(released.out).toContain('why: released, by publisher-key: over');
  });

  it.each([
    [['force', 'orders', 'payments', '--reason', 'x'], 'Say which'],
    [['force', 'orders', 'payments', 'open'], '--reason is missing'],
    [['release', 'orders', 'payments', 'open', '--reason', 'x'], 'no state'],
    [['release', 'orders', 'payments', '--for', '5m', '--reason', 'x'], 'A release has no end'],
    [['burn', 'orders', 'payments', '--reason', 'x'], 'write force or release'],
  ])('%j is wrong usage', async (argv, message) => {
    const { exitCode, err } = await flyball('breaker', ...argv);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
