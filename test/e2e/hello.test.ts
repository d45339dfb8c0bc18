// A function in Python behind the authorizer: refused above its limit, asked who is there, and told who it is.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, ISSUER, keySetOf, serveKeys, signingKey, tokenOf } from '../support/issuer.ts';
import type { IssuerServer, SigningKey } from '../support/issuer.ts';
import { eventually, KNOWN_EVERYWHERE_MS, publish, request, rulesOf } from './client.ts';

const hello = (headers: Record<string, string> = {}) => request('GET', '/hello', undefined, headers);

const python = spawnSync('python3', ['--version']).status === 0;

if (!python) {
  describe('without python3', () => {
    it('the example is left out, and the rest of the world is there', async () => {
      expect((await hello()).status).toBe(404);
      expect((await request('GET', '/v1/health')).status).toBe(200);
    });
  });
} else {
  let original: Record<string, unknown>;
  let key: SigningKey;
  let issuer: IssuerServer;

  beforeAll(async () => {
    original = await rulesOf('hello-python');
    key = await signingKey('k1');
    issuer = await serveKeys(await keySetOf(key));
  });
  afterAll(async () => {
    await publish('hello-python', original);
    await issuer.close();
  });

  describe('a function in Python', () => {
    it('is reached through the authorizer, which tells it what it knows', async () => {
      const { status, body } = await hello({ 'x-api-key': 'somebody' });
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { message: 'Hello, stranger!', revision: 1, remaining: 999_999 },
      });
    });

    it('is reached as often as its rules say, and then not: 403 is all an HTTP API can say', async () => {
      await publish('hello-python', {
        ...original,
        throttles: { 'per-key': { limit: '5/h', key: ['header:x-api-key'], resources: ['hello'] } },
      });
      const publishedAt = performance.now();
      await eventually('the throttle', async () => {
        const warm = { 'x-api-key': `warm-${performance.now()}` };
        const answers = await Promise.all(Array.from({ length: 12 }, () => hello(warm)));
        // Each instance has learned of it when no more than the burst is let through.
        const known = answers.filter(({ status }) => status === 403).length >= 7;
        return known && performance.now() - publishedAt > KNOWN_EVERYWHERE_MS ? true : undefined;
      });
      const statuses: number[] = [];
      for (let i = 0; i < 6; i++) statuses.push((await hello({ 'x-api-key': 'alice' })).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 403]);
      expect((await hello({ 'x-api-key': 'bob' })).status).toBe(200);
    });

    it('is reached by whom the rules let in, and greets them by name', async () => {
      const jwt = { issuer: ISSUER, audience: AUDIENCE, jwksUri: issuer.jwksUri };
      const allow = [{ claims: { scope: ['hello'] } }];
      await publish('hello-python', { ...original, access: { require: ['jwt'], jwt, allow } });
      const publishedAt = performance.now();
      await eventually('the access rules', async () => {
        const answers = await Promise.all(Array.from({ length: 12 }, () => hello()));
        const known = answers.every(({ status }) => status === 401);
        return known && performance.now() - publishedAt > KNOWN_EVERYWHERE_MS ? true : undefined;
      });
      const as = async (claims: Record<string, unknown>) =>
        hello({ authorization: `Bearer ${await tokenOf(key, Date.now(), claims)}` });
      const ada = await as({ scope: 'hello world' });
      expect(ada).toMatchObject({ status: 200, body: { message: 'Hello, ada!' } });
      expect((await as({ scope: 'world' })).status).toBe(403);
      expect((await as({ scope: 'hello', aud: 'somebody-else' })).status).toBe(401);
      expect((await hello({ authorization: 'Bearer nonsense' })).status).toBe(401);
    });
  });
}
