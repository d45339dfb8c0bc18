// Failed logins: counted over all instances of a function, answered without the table after too many, kept from nobody else.
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { MOST_BY_ADDRESS, MOST_BY_CREDENTIAL, MOST_BY_PREFIX } from '../../../functions/api/auth-failures.ts';
import { signatureOf } from '../../../functions/config-center/apollo/signature.ts';
import { hashOfKey, revokeApiKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createTable } from '../table.ts';
import { controlPlane, givenKey, NOW, type ControlPlane } from './planes.ts';

let table: Table;
let clock: FakeClock;
let asked: string[];
let windows = 0;
/** An address of its own for each test: the counts are in one table. */
let here: string;
let elsewhere: string;

beforeAll(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  await givenKey(table, 'used', 'viewer');
  await givenKey(table, 'right', 'viewer');
});
beforeEach(() => {
  asked = [];
  here = `198.51.100.${++windows}`;
  elsewhere = `192.0.2.${windows}`;
  clock = fakeClock(NOW);
});

/** An instance of the function: all share the table and nothing else. */
function instance(): ControlPlane {
  const watched: Table = {
    ...table,
    get: (key, options) => {
      asked.push(key.pk);
      return table.get(key, options);
    },
  };
  return controlPlane(watched, { clock, service: 'config-center' });
}

const login = (plane: ControlPlane, bearer: string, from = here) =>
  plane.send({ method: 'GET', path: '/v1/services', bearer, from });

async function fails(plane: ControlPlane, times: number, from = here): Promise<void> {
  for (let i = 0; i < times; i++) expect((await login(plane, `fb_guess-${i}`, from)).status).toBe(401);
}

const looksUp = (bearer: string) => asked.filter((pk) => pk === `ctl#key#${hashOfKey(bearer)}`).length;

/** Keys whose hashes begin alike. */
function keysAlike(name: string, count: number): string[] {
  const beginning = (key: string) => hashOfKey(key).slice(0, 2);
  const found: string[] = [];
  for (let i = 0; found.length < count; i++) {
    if (beginning(`${name}-${i}`) === beginning(`${name}-0`)) found.push(`${name}-${i}`);
  }
  return found;
}

describe('an address that fails too often', () => {
  it('is answered 429 with anything that is no good, and told when to come back', async () => {
    const plane = instance();
    await fails(plane, MOST_BY_ADDRESS);
    clock.advance(20_000);
    const answer = await login(plane, 'fb_another');
    expect(answer).toMatchObject({
      status: 429,
      headers: { 'retry-after': '40', 'content-type': 'application/problem+json' },
      body: { title: 'Too Many Requests', code: 'TOO_MANY_FAILED_LOGINS' },
    });
    expect(answer.text).not.toContain('fb_another');
    clock.advance(40_000);
    expect((await login(plane, 'fb_another')).status).toBe(401);
  });

  it('costs no more looks into the table than there are beginnings of hashes, twice', async () => {
    const plane = instance();
    await fails(plane, MOST_BY_ADDRESS);
    const alike = keysAlike('fb_made-up', MOST_BY_PREFIX + 3);
    for (const key of alike) expect((await login(plane, key)).status).toBe(429);
    expect(alike.map(looksUp).filter((looks) => looks > 0)).toHaveLength(MOST_BY_PREFIX);
    expect(alike.slice(MOST_BY_PREFIX).map(looksUp)).toEqual([0, 0, 0]);
  });

  it('has not failed by requests without credentials', async () => {
    const plane = instance();
    for (let i = 0; i <= MOST_BY_ADDRESS; i++) {
      expect((await plane.send({ method: 'GET', path: '/v1/services', from: here })).status).toBe(401);
    }
    expect((await login(plane, 'fb_right')).status).toBe(200);
  });

  it('is counted over all instances', async () => {
    const [one, another] = [instance(), instance()];
    await fails(one, MOST_BY_ADDRESS / 2);
    await fails(another, MOST_BY_ADDRESS / 2);
    expect((await login(another, 'fb_another')).status).toBe(429);
    // The first learns of it with its next failure.
    expect((await login(one, 'fb_another')).status).toBe(401);
    expect((await login(one, 'fb_another')).status).toBe(429);
  });

  it('keeps nobody out elsewhere', async () => {
    const plane = instance();
    await fails(plane, MOST_BY_ADDRESS);
    expect((await login(plane, 'fb_right', elsewhere)).status).toBe(200);
  });

  it('keeps no good key out, whether it was here before or comes for the first time', async () => {
    const plane = instance();
    expect((await login(plane, 'fb_used')).status).toBe(200);
    await fails(plane, MOST_BY_ADDRESS);
    expect((await login(plane, 'fb_used')).status).toBe(200);
    expect((await login(plane, 'fb_right')).status).toBe(200);
    expect((await login(plane, 'fb_wrong')).status).toBe(429);
  });

  it('may still use what asks for no credentials', async () => {
    const plane = instance();
    await fails(plane, MOST_BY_ADDRESS);
    expect((await plane.send({ method: 'GET', path: '/v1/health', from: here })).status).toBe(200);
  });
});

describe('signatures of Apollo’s clients', () => {
  const path = '/configs/shop/default/application';
  const timestamp = () => String(clock.now());
  const asked = (plane: ControlPlane, signature: string) =>
    plane.send({
      ...{ method: 'GET', path, from: here },
      headers: { authorization: `Apollo shop:${signature}`, timestamp: timestamp() },
    });

  it('are failed logins like others when they are wrong, and one that is good is let in', async () => {
    const plane = instance();
    await givenKey(table, 'publisher', 'publisher');
    const made = await plane.send({
      ...{ method: 'POST', path: '/v1/services/shop/access-keys', bearer: 'fb_publisher', from: elsewhere },
      body: { name: 'the fleet' },
    });
    expect(made.status, made.text).toBe(201);
    for (let i = 0; i < MOST_BY_ADDRESS; i++) expect((await asked(plane, `AAA${i}`)).status).toBe(401);
    expect((await asked(plane, 'BBBB')).status).toBe(429);
    const good = signatureOf(String(made.body['secret']), `${timestamp()}\n${path}`);
    // Known, and there is nothing to read.
    expect((await asked(plane, good)).status).toBe(404);
  });
});

describe('a key that fails too often', () => {
  it('is looked up no more, wherever it comes from', async () => {
    const plane = instance();
    for (let i = 0; i < MOST_BY_CREDENTIAL; i++) await login(plane, 'fb_stale', `2001:db8:${windows}:${i}::1`);
    expect(looksUp('fb_stale')).toBe(MOST_BY_CREDENTIAL);
    expect((await login(plane, 'fb_stale', elsewhere)).status).toBe(429);
    expect(looksUp('fb_stale')).toBe(MOST_BY_CREDENTIAL);
    expect((await login(plane, 'fb_right', elsewhere)).status).toBe(200);
  });

  it('was good a moment ago and is revoked: refused at once', async () => {
    const plane = instance();
    const key = await givenKey(table, 'leaked', 'admin');
    expect((await login(plane, key)).status).toBe(200);
    await revokeApiKey(table, hashOfKey(key), NOW);
    expect((await login(plane, key)).status).toBe(401);
  });
});

it('a count that cannot be written makes no failed login anything else', async () => {
  const broken: Table = { ...table, update: () => Promise.reject(new Error('the table takes no writes')) };
  const plane = controlPlane(broken, { clock, service: 'config-center' });
  await fails(plane, MOST_BY_ADDRESS);
  expect((await login(plane, 'fb_another')).status).toBe(429);
});
