// The README's own rules, requests and code, as a newcomer would use them; that the code compiles, test/unit/docs says.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { testContext } from '../support/instance.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { admin, eventually, request, world } from './client.ts';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const folder = new URL('test/e2e/.readme/', root);
const file = new URL('snippet.ts', folder);

function block(language: string, containing: string): string {
  for (const [, text = ''] of readme.matchAll(/```(?:\w+)\n([^]*?)```/g)) if (text.includes(containing)) return text;
  throw new Error(`the README has no ${language} block with ${containing}`);
}

const snippet = block('ts', 'govern(');
const rules = /<<'RULES'\n([^]*?)\nRULES/.exec(block('sh', '<<'))?.[1] ?? '';

mkdirSync(folder, { recursive: true });
writeFileSync(file, snippet);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the README', () => {
  it('makes an order with its curl command', async () => {
    const body = /-d '([^']+)'/.exec(block('sh', '/orders'))?.[1] ?? '';
    expect((await request('POST', '/orders', body)).status).toBe(201);
  });

  it('publishes rules under which its first function charges through payments', async () => {
    const yaml = { 'content-type': 'application/yaml' };
    expect((await admin('PUT', '/v1/services/shop/draft', rules, yaml)).status).toBeLessThan(300);
    expect((await admin('POST', '/v1/services/shop/publish', { note: 'first rules' })).status).toBeLessThan(300);

    Object.assign(process.env, {
      FLYBALL_TABLE: world.table,
      FLYBALL_FUNCTION_PREFIX: 'flyball-local-',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: world.dynamodb,
      AWS_ENDPOINT_URL_LAMBDA: world.lambda,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    const { handler } = (await import(file.href)) as {
      handler: (event: unknown, context: unknown) => Promise<unknown>;
    };
    // A worker that starts here may take longer than the README's rules wait for payments, which on AWS none would.
    const answer = await eventually('the order', async () => {
      try {
        return await handler({ orderId: 'readme', amount: 250 }, testContext(fakeClock()));
      } catch (error) {
        if (error instanceof Error && error.name === 'DependencyFailed') return undefined;
        throw error;
      }
    });
    expect(answer).toMatchObject({ statusCode: 201 });
  });
});
