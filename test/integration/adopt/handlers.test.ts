// docs/adopt.md: handlers of every style are governed without a change of what they answer, and refuse by the rules.
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { httpV2 } from '../../support/events.ts';
import { coldStart, context, endOf, publish, rulesOf } from './environment.ts';

afterEach(() => vi.unstubAllEnvs());

const EVENTS = [
  { what: 'a good order', event: httpV2({ body: '{"sku":"apple"}' }) },
  { what: 'an order without a sku', event: httpV2({ body: '{}' }) },
  { what: 'an empty body', event: httpV2() },
  { what: 'a body that is no JSON', event: httpV2({ body: 'sku=apple' }) },
];

const before = () => import('../../adopt/plain/before.ts');
const after = () => import('../../adopt/plain/after.ts');

describe('a plain handler', () => {
  it.each(EVENTS)('answers the same before and after, under no rules: $what', async ({ event }) => {
    await publish(inject('dynamodb'));
    const plain = await coldStart(before);
    const governed = await coldStart(after);
    expect(await endOf(() => governed.handler(event, context()))).toEqual(await endOf(() => plain.handler(event)));
  });

  it('answers the same without a table', async () => {
    vi.stubEnv('FLYBALL_TABLE', '');
    const { handler } = await coldStart(after);
    expect(await handler(httpV2({ body: '{"sku":"apple"}' }), context())).toMatchObject({ statusCode: 201 });
  });

  it('refuses by the rules, over all environments together', async () => {
    await publish(inject('dynamodb'), rulesOf('plain'));
    const answers: { readonly statusCode?: number | undefined; readonly headers?: object | undefined }[] = [];
    for (let environment = 1; environment <= 2; environment++) {
      const { handler } = await coldStart(after);
      for (let request = 0; request < 6; request++)
        answers.push(await handler(httpV2({ body: '{"sku":"a"}' }), context()));
    }
    const accepted = answers.filter(({ statusCode }) => statusCode === 201);
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect([accepted.length, refused.length]).toEqual([3, 9]);
    expect(refused[0]?.headers).toMatchObject({ 'retry-after': expect.stringMatching(/^[0-9]+$/) as string });
  });

  it('is switched off by one environment variable, rules or not', async () => {
    await publish(inject('dynamodb'), rulesOf('plain'));
    vi.stubEnv('FLYBALL_DISABLED', '1');
    const { handler } = await coldStart(after);
    for (let request = 0; request < 5; request++) {
      expect(await handler(httpV2({ body: '{"sku":"apple"}' }), context())).toMatchObject({ statusCode: 201 });
    }
  });
});

describe('a method as a handler', () => {
  it('keeps its `this`', async () => {
    await publish(inject('dynamodb'));
    const plain = await coldStart(() => import('../../adopt/class/before.ts'));
    const governed = await coldStart(() => import('../../adopt/class/after.ts'));
    const event = { amount: 5 };
    expect(await plain.handler(event)).toBe('5.00 EUR');
    expect(await governed.handler(event, context())).toBe('5.00 EUR');
  });
});

describe('a handler in CommonJS', () => {
  it.each(['before', 'after'])('answers the same: %s', (name) => {
    const folder = new URL('../../adopt/commonjs/', import.meta.url).pathname;
    const script = `require('${folder}${name}.cjs').handler({ name: 'flyball' }, {}).then((answer) => console.log('answered ' + JSON.stringify(answer)));`;
    const printed = execFileSync(process.execPath, ['--import', `${folder}flyball-here.mjs`, '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, FLYBALL_TABLE: '' },
    });
    expect(printed).toContain('answered {"statusCode":200,"body":"hello flyball"}');
  });
});
