// Callers known by API keys, roles and signatures, through the whole governed stack, and those who pretend to be them.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { governed, type GovernedContext } from '../../../../middleware/index.ts';
import { replaceKeyFetch } from '../../../../middleware/access/index.ts';
import { current } from '../../../../middleware/kernel/current.ts';
import type { AccessRule, RuleDocument } from '../../../../middleware/kernel/rules/document.ts';
import { parseSigningKeys } from '../../../../middleware/kernel/signing/keys.ts';
import { signatureOf } from '../../../../middleware/kernel/signing/signature.ts';
import { replaceSigningKeyFetch } from '../../../../middleware/kernel/signing/index.ts';
import { hashOfClientKey } from '../../../../store/items/client-keys.ts';
import { newClientKey, putClientKey, revokeClientKey } from '../../../../store/items/client-key-records.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable, testContext, testInstance } from '../../../support/instance.ts';
import { AUDIENCE, ISSUER, keySetOf, signingKey, tokenOf, type SigningKey } from '../../../support/issuer.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const SIGNING = JSON.stringify({
  current: 'k1',
  keys: [{ kid: 'k1', k: Buffer.alloc(32, 's').toString('base64url') }],
});
const jwt = { issuer: ISSUER, audience: AUDIENCE, jwksUri: 'https://issuer.example.com/jwks.json' };
const resources = {
  charge: { match: { trigger: 'http', method: 'POST', path: '/charges' } },
} satisfies RuleDocument['resources'];

let issuerKey: SigningKey;
beforeAll(async () => {
  issuerKey = await signingKey('k1');
});

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

let made = 0;

function start(access: AccessRule, { signing = () => Promise.resolve(SIGNING) } = {}) {
  const clock = fakeClock();
  const table = memoryTable();
  const reach = { table: true };
  const through = {
    ...noTable,
    get: (...args: Parameters<typeof table.get>) => (reach.table ? table.get(...args) : noTable.get(...args)),
  };
  const instance = testInstance({ service: 'payments', clock, table: through, rules: { access, resources } });
  replaceKeyFetch(instance, async () => keySetOf(issuerKey));
  replaceSigningKeyFetch(instance, signing);
  const seen = vi.fn<(context: GovernedContext) => void>();
  const handler = governed({ service: 'payments', instance }, (_event: unknown, context: GovernedContext) => {
    seen(context);
    const { principal } = context.flyball;
    const leftMs = Math.round(current()?.remainingMs() ?? 0);
    return { statusCode: 200, body: JSON.stringify({ principal, leftMs }) };
  });
  const refusal = vi.spyOn(instance.recorder, 'refusal');
  async function send(event: unknown) {
    const { statusCode, body } = (await handler(event, testContext(clock))) as Answer;
    return { status: statusCode, ...(JSON.parse(body) as Record<string, unknown>) };
  }
  const call = (headers: Record<string, string> = {}, more: object = {}) =>
    send(events.httpV2({ method: 'POST', path: '/charges', headers, ...more }));
  async function apiKey(client: string, more: { roles?: string[]; attributes?: Record<string, string> } = {}) {
    const key = newClientKey((bytes) => Buffer.alloc(bytes, `${(made += 1)}-${client}`));
    const { roles = [], attributes = {} } = more;
    const record = { client, roles, attributes, createdAt: clock.now(), createdBy: 'ops' };
    await putClientKey(table, 'payments', { hash: hashOfClientKey(key), ...record });
    return key;
  }
  const revoke = (key: string) => revokeClientKey(table, 'payments', hashOfClientKey(key), clock.now());
  const rules = () => refusal.mock.calls.map(([by, rule, resource]) => `${by}/${rule}/${resource}`);
  const token = (claims?: Record<string, unknown>) => tokenOf(issuerKey, clock.now(), claims);
  return { clock, reach, call, send, apiKey, revoke, token, rules, seen };
}

describe('an API key', () => {
  const access: AccessRule = { require: ['api-key'], apiKeys: {} };

  it('lets its client in, and the function and its throttles know whom', async () => {
    const { call, apiKey } = start(access);
    const key = await apiKey('acme', { roles: ['buyer'], attributes: { plan: 'gold' } });
    const principal = {
      id: 'acme',
      by: 'api-key',
      roles: ['buyer'],
      claims: { plan: 'gold', sub: 'acme', iss: 'flyball:api-key' },
    };
    expect(await call({ 'x-api-key': key })).toMatchObject({ status: 200, principal });
    expect(await call({ authorization: `Bearer ${key}` })).toMatchObject({ status: 200, principal });
    expect(await call({ 'X-API-Key': key, authorization: `bearer ${key}` })).toMatchObject({ status: 200 });
  });

  it('that is missing is asked for', async () => {
    const { call, rules } = start(access);
    expect(await call()).toMatchObject({ status: 401, detail: 'send an API key as "X-Api-Key: <key>"' });
    expect(rules()).toEqual(['access/require/charge']);
  });

  it('that was revoked is refused after a minute at the latest', async () => {
    const { clock, call, apiKey, revoke, rules } = start(access);
    const key = await apiKey('acme');
    expect(await call({ 'x-api-key': key })).toMatchObject({ status: 200 });
    await revoke(key);
    clock.advance(60_001);
    expect(await call({ 'x-api-key': key })).toMatchObject({ status: 401 });
    expect(rules()).toEqual(['access/api-key/charge']);
  });

  it.each<[string, (good: string) => object]>([
    ['unknown', () => ({ headers: { 'x-api-key': `fbc_${'A'.repeat(43)}` } })],
    ['in another case', (good) => ({ headers: { 'x-api-key': good.toLowerCase() } })],
    ['with something behind it', (good) => ({ headers: { 'x-api-key': `${good}0` } })],
    ['two of them in one header', (good) => ({ headers: { 'x-api-key': `${good},${good}` } })],
    [
      'two different ones',
      (good) => ({ headers: { 'x-api-key': good, authorization: `Bearer fbc_${'A'.repeat(43)}` } }),
    ],
    ['oversized', () => ({ headers: { 'x-api-key': `fbc_${'A'.repeat(20_000)}` } })],
    ['in the query', (good) => ({ query: { 'x-api-key': good, api_key: good } })],
    ['as a password', (good) => ({ headers: { authorization: `Basic ${good}` } })],
    ['in a cookie', (good) => ({ headers: { cookie: `x-api-key=${good}` } })],
    ['of the control plane', () => ({ headers: { 'x-api-key': `fb_${'A'.repeat(43)}` } })],
    ['the hash of one', (good) => ({ headers: { 'x-api-key': hashOfClientKey(good) } })],
  ])('that is %s lets nobody in', async (_what, request) => {
    const { send, apiKey, seen } = start(access);
    const good = await apiKey('acme');
    const answer = await send(events.httpV2({ method: 'POST', path: '/charges', ...request(good) }));
    expect(answer).toMatchObject({ status: 401 });
    expect(JSON.stringify(answer)).not.toContain(good);
    expect(seen).not.toHaveBeenCalled();
  });

  it('goes on being good while the table is away, and an unknown one is told to come back', async () => {
    const { reach, clock, call, apiKey, rules } = start(access);
    const [known, other] = [await apiKey('acme'), await apiKey('other')];
    await call({ 'x-api-key': known });
    reach.table = false;
    clock.advance(300_000);
    expect(await call({ 'x-api-key': known })).toMatchObject({ status: 200 });
    expect(await call({ 'x-api-key': other })).toMatchObject({ status: 503 });
    expect(rules()).toEqual(['access/api-key-store/charge']);
    clock.advance(301_000);
    expect(await call({ 'x-api-key': known })).toMatchObject({ status: 503 });
  });

  it('of a gateway is none of ours', async () => {
    const { call } = start({ apiKeys: {} });
    expect(await call({ 'x-api-key': 'usage-plan-key' })).toMatchObject({ status: 200 });
  });

  it('is denied by its client also beside a good token', async () => {
    const { call, apiKey, token } = start({ jwt, apiKeys: {}, deny: [{ client: ['mallory'] }] });
    const [headers, key] = [{ authorization: `Bearer ${await token()}` }, await apiKey('mallory')];
    expect(await call(headers)).toMatchObject({ status: 200, principal: { id: 'ada' } });
    expect(await call({ ...headers, 'x-api-key': key })).toMatchObject({ status: 403 });
  });
});

describe('roles', () => {
  const access: AccessRule = {
    jwt: { ...jwt, roles: 'realm_access.roles' },
    apiKeys: {},
    deny: [{ roles: ['suspended'] }],
    allow: [{ roles: ['buyer', 'admin'] }, { client: ['partner'], roles: ['guest'] }],
  };

  it.each<[string, unknown, number]>([
    ['one of those named', { roles: ['reader', 'buyer'] }, 200],
    ['a role that is denied beside it', { roles: ['buyer', 'suspended'] }, 403],
    ['none of them', { roles: ['reader'] }, 403],
    ['one in another case', { roles: ['Buyer'] }, 403],
    ['one as a text', { roles: 'buyer' }, 200],
    ['several in one text', { roles: 'buyer admin' }, 403],
    ['a pattern', { roles: ['*'] }, 403],
    ['none at all', {}, 403],
    ['something else there', 'buyer', 403],
    ['numbers', { roles: [1] }, 403],
  ])('of a token that has %s: %#', async (_what, realm, status) => {
    const { call, token } = start(access);
    const authorization = `Bearer ${await token({ realm_access: realm, roles: ['buyer'] })}`;
    expect(await call({ authorization })).toMatchObject({ status });
  });

  it('may be under a name with dots in it', async () => {
    const { call, token } = start({ ...access, jwt: { ...jwt, roles: ['https://example.com/roles'] } });
    const authorization = `Bearer ${await token({ 'https://example.com/roles': ['buyer'] })}`;
    expect(await call({ authorization })).toMatchObject({ status: 200, principal: { roles: ['buyer'] } });
  });

  it('of an API key are those it was made with, and no attribute makes one', async () => {
    const { call, apiKey } = start(access);
    const buyer = await apiKey('acme', { roles: ['buyer'] });
    const reader = await apiKey('acme', { attributes: { roles: 'buyer', role: 'buyer' } });
    expect(await call({ 'x-api-key': buyer })).toMatchObject({ status: 200 });
    expect(await call({ 'x-api-key': reader })).toMatchObject({ status: 403 });
  });

  it('of one identity do not lend themselves to the name of another', async () => {
    const { call, apiKey, token } = start(access);
    const key = await apiKey('partner');
    const authorization = `Bearer ${await token({ realm_access: { roles: ['guest'] } })}`;
    expect(await call({ authorization, 'x-api-key': key })).toMatchObject({ status: 403 });
    expect(await call({ 'x-api-key': await apiKey('partner', { roles: ['guest'] }) })).toMatchObject({ status: 200 });
  });
});

describe('a signed call', () => {
  const access: AccessRule = { signed: {}, allow: [{ service: ['orders'] }, { resources: ['default'] }] };
  const keys = parseSigningKeys(SIGNING);
  const body = '{"amount":5}';

  function signedBy(caller: string, nowMs: number, headers: Record<string, string> = {}, more: { path?: string } = {}) {
    const request = { method: 'POST', path: '/charges', query: [], headers: Object.entries(headers), ...more };
    const call = { caller, callee: 'payments', request, body };
    return { ...headers, 'x-flyball-signature': signatureOf(keys, call, nowMs) };
  }

  it('is let in by the name of its service, which is then the caller', async () => {
    const { clock, call } = start(access);
    const principal = { id: 'orders', by: 'signed' };
    expect(await call(signedBy('orders', clock.now()), { body })).toMatchObject({ status: 200, principal });
    expect(await call(signedBy('fraud', clock.now()), { body })).toMatchObject({ status: 403 });
    expect(await call({}, { body })).toMatchObject({ status: 403 });
  });

  it('is believed what it says of its deadline; one that is not signed is not', async () => {
    const { clock, call } = start(access);
    const said = { 'x-flyball-deadline': String(clock.now() + 700), 'x-flyball-attempt': '2' };
    expect(await call(signedBy('orders', clock.now(), said), { body })).toMatchObject({ leftMs: 700 });
    const late = { 'x-flyball-deadline': String(clock.now() - 1) };
    expect(await call(signedBy('orders', clock.now(), late), { body })).toMatchObject({ status: 504 });
    expect(await call(late, { path: '/open', body })).toMatchObject({ status: 200, leftMs: 29_800 });
  });

  it('is a service to throttles and lists, and no client of the same name', async () => {
    const { clock, call } = start({ signed: {}, allow: [{ client: ['orders'] }] });
    expect(await call(signedBy('orders', clock.now()), { body })).toMatchObject({ status: 403 });
  });

  it('is the user’s that it comes for, when it brings a token along', async () => {
    const { clock, call, token } = start({ ...access, jwt });
    const headers = { ...signedBy('orders', clock.now()), authorization: `Bearer ${await token()}` };
    expect(await call(headers, { body })).toMatchObject({ status: 200, principal: { id: 'ada', by: 'jwt' } });
  });

  it.each<[string, (now: number) => [headers: Record<string, string>, more?: object]]>([
    ['replayed after it has expired', (now) => [signedBy('orders', now - 36_000)]],
    ['for another path', (now) => [signedBy('orders', now, {}, { path: '/refunds' })]],
    ['with another body', (now) => [signedBy('orders', now), { body: '{"amount":5000}' }]],
    [
      'with another deadline',
      (now) => [{ ...signedBy('orders', now, { 'x-flyball-deadline': '1' }), 'x-flyball-deadline': '2' }],
    ],
    ['with a header of ours more', (now) => [{ ...signedBy('orders', now), 'x-flyball-attempt': '9' }]],
    ['with an idempotency key that was not sent', (now) => [{ ...signedBy('orders', now), 'idempotency-key': 'x' }]],
    ['no signature at all', () => [{ 'x-flyball-signature': 'orders' }]],
    ['empty', () => [{ 'x-flyball-signature': '' }]],
    ['oversized', () => [{ 'x-flyball-signature': `v1.${'A'.repeat(20_000)}.${'A'.repeat(43)}` }]],
  ])('that is %s lets nobody in', async (_what, made) => {
    const { clock, call, seen } = start(access);
    const [headers, more] = made(clock.now());
    expect(await call(headers, { body, ...more })).toMatchObject({ status: 401, rule: 'signature' });
    expect(seen).not.toHaveBeenCalled();
  });

  it('that comes twice in one request lets nobody in', async () => {
    const { clock, send } = start(access);
    const [one, other] = [signedBy('orders', clock.now()), signedBy('orders', clock.now() - 1_000)];
    const event = events.restV1({ method: 'POST', path: '/charges', headers: one, body });
    const name = 'X-Flyball-Signature';
    const multiValueHeaders = { ...event.multiValueHeaders, [name]: Object.values(other) };
    expect(await send({ ...event, multiValueHeaders })).toMatchObject({ status: 401 });
  });

  it('cannot be made by somebody who names itself in a header', async () => {
    const { call, clock } = start(access);
    const headers = { 'x-flyball-caller': 'orders', 'x-flyball-deadline': String(clock.now() - 1) };
    expect(await call(headers, { body })).toMatchObject({ status: 403 });
  });

  it.each(['httpV2', 'functionUrl', 'restV1', 'alb'] as const)('is read the same of an event of %s', async (kind) => {
    const { clock, send } = start(access);
    const said = { 'x-flyball-deadline': String(clock.now() + 900) };
    const request = {
      method: 'POST',
      path: kind === 'restV1' ? '/prod/charges' : '/charges',
      query: [['note', 'a b&c']] as const,
      headers: Object.entries(said),
    };
    const signature = signatureOf(keys, { caller: 'orders', callee: 'payments', request, body }, clock.now());
    const headers = { ...said, 'x-flyball-signature': signature };
    const event = events[kind]({ method: 'POST', path: '/charges', headers, body, query: { note: 'a b&c' } });
    expect(await send(event)).toMatchObject({ status: 200, principal: { id: 'orders' } });
  });

  it('is not let in while the keys are not at hand, and neither is it forgotten what was known', async () => {
    const state = { up: false };
    const signing = () => (state.up ? Promise.resolve(SIGNING) : Promise.reject(new Error('away')));
    const { clock, call, rules } = start(access, { signing });
    expect(await call(signedBy('orders', clock.now()), { body })).toMatchObject({ status: 503 });
    expect(rules()).toEqual(['access/signature-keys/charge']);
    state.up = true;
    clock.advance(5_000);
    expect(await call(signedBy('orders', clock.now()), { body })).toMatchObject({ status: 200 });
    state.up = false;
    clock.advance(3_600_000);
    expect(await call(signedBy('orders', clock.now()), { body })).toMatchObject({ status: 200 });
    clock.advance(5_001);
    expect(await call(signedBy('orders', clock.now()), { body })).toMatchObject({ status: 503 });
  });

  it('is not asked for by rules that take none: nothing it says is believed', async () => {
    const { clock, call } = start({ allow: [{ resources: ['charge'] }] });
    const late = signedBy('orders', clock.now(), { 'x-flyball-deadline': String(clock.now() - 1) });
    const answer = await call(late, { body });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer).not.toHaveProperty('principal');
  });
});

describe('what is required', () => {
  it('is one of those named', async () => {
    const { call, apiKey, token, clock } = start({ require: ['jwt', 'api-key'], jwt, apiKeys: {}, signed: {} });
    expect(await call({ authorization: `Bearer ${await token()}` })).toMatchObject({ status: 200 });
    expect(await call({ 'x-api-key': await apiKey('acme') })).toMatchObject({ status: 200 });
    const request = { method: 'POST', path: '/charges', query: [], headers: [] };
    const signed = { caller: 'orders', callee: 'payments', request, body: '' };
    const signature = signatureOf(parseSigningKeys(SIGNING), signed, clock.now());
    expect(await call({ 'x-flyball-signature': signature })).toMatchObject({ status: 401 });
    expect(await call()).toMatchObject({
      status: 401,
      detail: 'send a token as "Authorization: Bearer <token>", or an API key as "X-Api-Key: <key>"',
    });
  });
});
