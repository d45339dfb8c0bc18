// Tokens verified against keys fetched over HTTP: an issuer that works, that rotates, that hangs, and that misbehaves.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { governed } from '../../../middleware/index.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import * as events from '../../support/events.ts';
import { testContext, testInstance } from '../../support/instance.ts';
import { AUDIENCE, ISSUER, keySetOf, serveKeys, signingKey, tokenOf } from '../../support/issuer.ts';
import type { IssuerServer, SigningKey } from '../../support/issuer.ts';

let key: SigningKey;
let rsa: SigningKey;
let issuer: IssuerServer;

beforeAll(async () => {
  [key, rsa] = await Promise.all([signingKey('k1'), signingKey('k2', 'RS256')]);
});
beforeEach(async () => {
  issuer = await serveKeys(await keySetOf(key, rsa));
});
afterEach(() => issuer.close());

function start() {
  const clock = systemClock;
  const jwt = { issuer: ISSUER, audience: AUDIENCE, jwksUri: issuer.jwksUri };
  const instance = testInstance({ clock, rules: { access: { require: ['jwt'], jwt } } });
  const handler = governed({ service: 'orders', instance }, () => ({ statusCode: 200 }));
  return async (token: string): Promise<number> => {
    const event = events.httpV2({ headers: { authorization: `Bearer ${token}` } });
    const answer = await handler(event, testContext(clock));
    return answer.statusCode;
  };
}

const token = (signedBy = key) => tokenOf(signedBy, systemClock.now());

describe('an issuer', () => {
  it('is asked once, also by many at once, and its tokens of either algorithm are good', async () => {
    const send = start();
    const tokens = await Promise.all([token(), token(rsa), token(), token(rsa)]);
    expect(await Promise.all(tokens.map(send))).toEqual([200, 200, 200, 200]);
    expect(await send(await token())).toBe(200);
    expect(issuer.asked).toBe(1);
  });

  it('is not asked again by tokens of invented keys', async () => {
    const send = start();
    expect(await send(await token())).toBe(200);
    const invented = await Promise.all(Array.from({ length: 5 }, (_, i) => signingKey(`invented-${i}`)));
    for (const forger of invented) expect(await send(await token(forger))).toBe(401);
    expect(issuer.asked).toBe(1);
  });

  it('that does not answer lets nobody in, within its time limit', async () => {
    issuer.answer = 'nothing';
    const send = start();
    const startedAt = performance.now();
    expect(await send(await token())).toBe(503);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    // Known to be away: nobody asks and waits again.
    expect(await send(await token())).toBe(503);
    expect(issuer.asked).toBe(1);
  });

  it.each([
    ['an error', { status: 500, body: '{"keys":[]}' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['no keys', { status: 200, body: '{"keys":[]}' }],
    ['a redirect elsewhere', { status: 302, body: '', location: 'http://127.0.0.1:9/jwks' }],
    ['more than keys can be', { status: 200, body: `{"keys":[],"x":"${'x'.repeat(300_000)}"}` }],
  ])('that answers with %s lets nobody in', async (_what, answer) => {
    issuer.answer = answer;
    expect(await start()(await token())).toBe(503);
  });

  it('that is gone lets nobody in', async () => {
    const send = start();
    await issuer.close();
    expect(await send(await token())).toBe(503);
  });
});
