// The pages about calls say what is true: their rules are valid, and their snippets are the code that is run here.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { validateDocument } from '../../../functions/config-center/validate.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import {
  DependencyFailed,
  flyball,
  flyballPlugin,
  govern,
  governed,
  type BreakerTransition,
} from '../../../middleware/index.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testContext } from '../../support/instance.ts';
import { SOON } from '../../support/patience.ts';
import { httpV2 } from '../../support/events.ts';
import { answers, json, startHttpServer } from './http-server.ts';

const PAGES = ['calls', 'breaker', 'retry', 'deadline', 'fallback'];

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), 'utf8');

function blocks(name: string, language: string): string[] {
  return [...page(name).matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, block]) => block ?? '');
}

/** A page's rules in one document, whichever service each block names. */
function rulesOf(name: string): RuleDocument {
  const dependencies: Record<string, unknown> = {};
  let document: Record<string, unknown> = {};
  for (const block of blocks(name, 'yaml')) {
    const part = parse(block) as Record<string, unknown>;
    Object.assign(dependencies, part['dependencies']);
    document = { ...document, ...part, dependencies };
  }
  const validation = validateDocument('orders', { apiVersion: 'flyball/v1', ...document, service: 'orders' });
  if (!validation.valid) throw new Error(JSON.stringify(validation.errors));
  return validation.document;
}

describe.each(PAGES)('docs/%s.md', (name) => {
  it('shows rules that the config center accepts', () => {
    expect(Object.keys(rulesOf(name).dependencies ?? {}).length).toBeGreaterThan(0);
  });

  it('shows code that is run here', () => {
    const here = words(readFileSync(import.meta.filename, 'utf8'));
    for (const block of blocks(name, 'ts')) expect(here).toContain(words(block.replace(/^import .*\n/gm, '')));
  });
});

/** Whitespace and `export` aside. */
function words(code: string): string {
  return code
    .replace(/\bexport /g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

const fetchRate = (signal: AbortSignal) => Promise.resolve(signal.aborted ? 0 : 1.1);
const queryRows = (signal: AbortSignal) => Promise.resolve([signal.aborted]);

const shop = await startHttpServer();
afterAll(() => shop.close());

// The instance of `orders`, with the rules of the pages; the snippets share it.
govern({
  service: 'orders',
  bootstrap: {
    ...rulesOf('calls'),
    dependencies: {
      ...rulesOf('calls').dependencies,
      shop: { ...rulesOf('calls').dependencies?.['shop'], target: { url: shop.origin } },
      archive: { target: { url: `${shop.origin}/archive` } },
      // Where nobody listens.
      recommendations: {
        ...rulesOf('fallback').dependencies?.['recommendations'],
        target: { url: 'http://127.0.0.1:9' },
      },
      bestsellers: { ...rulesOf('fallback').dependencies?.['bestsellers'], target: { url: 'http://127.0.0.1:9' } },
    },
  },
});

interface Charge {
  readonly accepted: boolean;
}

const handler = governed({ service: 'orders' }, async (event: { readonly orderId: string }) => {
  const charge = await flyball.call<Charge>('payments', {
    operation: 'charge',
    body: { orderId: event.orderId, amount: 5 },
    idempotencyKey: event.orderId,
  });
  const rate = await flyball.run('fx-rates', (signal) => fetchRate(signal), { idempotent: true });
  if (!charge.accepted) flyball.fail('CARD_DECLINED');
  return { statusCode: 201, body: JSON.stringify({ rate }) };
});

interface Order {
  readonly id: string;
}

/** Throws at what is no order. */
function parseOrder(value: unknown): Order {
  if (typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string')
    return { id: value.id };
  throw new TypeError('an order has an id');
}

const invoice = governed({ service: 'orders' }, async (event: { readonly orderId: string }) => {
  const path = `/orders/${encodeURIComponent(event.orderId)}`;
  const order = await flyball.call('shop', { method: 'GET', path, parse: parseOrder });
  const pdf = await flyball.exchange('shop', { method: 'GET', path: `${path}/invoice`, as: 'bytes' });
  return { id: order.id, type: pdf.headers['content-type'], bytes: pdf.body.length };
});

const archive = governed({ service: 'orders' }, async (event: { readonly month: string }) => {
  const month = encodeURIComponent(event.month);
  const report = await flyball.call('shop', { method: 'GET', path: `/reports/${month}`, as: 'stream' });
  // Sent once, as it comes in.
  return flyball.call<{ readonly key: string }>('archive', { method: 'PUT', path: `/${month}`, body: report });
});

const report = governed({ service: 'orders' }, async (_event: unknown, context) => {
  const rows = await flyball.run('warehouse', (signal) => queryRows(signal));
  return { rows, leftMs: context.flyball.remainingMs() };
});

/** Stands in for the global one, which would go out. */
const fetch = (_url: string) => Promise.resolve({ json: () => Promise.resolve(1.1) });

const home = governed({ service: 'orders' }, async () => {
  const answer = await flyball.call<{ items: string[] } | undefined>('recommendations', { method: 'GET' });
  const rate = await flyball.run('fx-rates', () => fetch('https://fx.example/eur').then((one) => one.json()), {
    idempotent: true,
    lastGoodKey: 'eur',
  });
  return { statusCode: 200, body: JSON.stringify({ items: answer?.items ?? [], rate }) };
});

/** Each page calls its own `handler`. */
function charging() {
  const handler = governed({ service: 'orders' }, async (event: { readonly orderId: string }) => {
    try {
      return await flyball.call('payments', { operation: 'charge', body: event, idempotencyKey: event.orderId });
    } catch (error) {
      if (error instanceof DependencyFailed && error.gaveUp === 'budget') return { accepted: false };
      throw error;
    }
  });
  return handler;
}

const told: unknown[] = [];
const console = { log: (line: unknown) => told.push(line) };

function announcing() {
  const onTransition = ({ breaker, key, from, to, cause, scope, decidedHere }: BreakerTransition) => {
    if (scope === 'fleet' && decidedHere) console.log({ breaker, key, from, to, cause });
  };

  const handler = governed({ service: 'shop', onTransition }, async () => 'done');
  return { handler, onTransition };
}

function tenants() {
  const handler = governed({ service: 'shop' }, async (event: { readonly tenant: string }) =>
    flyball.call('tenants', { body: event, breakerKey: event.tenant }),
  );
  return handler;
}

const inventory = new DynamoDBClient();
inventory.middlewareStack.use(flyballPlugin('inventory-table', { idempotent: ['DeleteItem'] }));

describe('the snippets', () => {
  let lambda: Server;
  let accepted = true;
  // As Lambda would give it.
  const context = () => testContext(fakeClock(), 10_000);

  beforeAll(async () => {
    lambda = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ accepted }));
    });
    await new Promise<void>((resolve) => lambda.listen(0, '127.0.0.1', resolve));
    const { port } = lambda.address() as AddressInfo;
    process.env['AWS_ENDPOINT_URL_LAMBDA'] = `http://127.0.0.1:${port}`;
    // The first call loads the client too, which on a busy machine takes longer than the rules wait.
    await vi.waitFor(() => handler({ orderId: '1' }, context()), SOON);
  });

  afterAll(async () => {
    lambda.closeAllConnections();
    await new Promise((resolve) => lambda.close(resolve));
  });

  it('charges an order', async () => {
    accepted = true;
    expect(await handler({ orderId: '42' }, context())).toEqual({ statusCode: 201, body: '{"rate":1.1}' });
  });

  it('fails as a business failure when the card is declined', async () => {
    accepted = false;
    await expect(handler({ orderId: '43' }, context())).rejects.toMatchObject({ businessCode: 'CARD_DECLINED' });
  });

  it('looks an order over, and takes its invoice with its type', async () => {
    shop.answerWith((response, nth, request) =>
      request.url.endsWith('/invoice')
        ? answers(200, { 'content-type': 'application/pdf' }, Buffer.from([0x25, 0x50, 0xff]))(response, nth, request)
        : json({ id: '42' })(response, nth, request),
    );
    expect(await invoice({ orderId: '42' }, context())).toEqual({ id: '42', type: 'application/pdf', bytes: 3 });
    shop.answerWith(json({ order: 42 }));
    const failed = await invoice({ orderId: '42' }, context()).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'DependencyFailed', cause: { message: 'an order has an id' } });
  });

  it('hands a report on as it comes in', async () => {
    shop.answerWith((response, nth, request) =>
      (request.method === 'GET' ? answers(200, {}, 'a report') : json({ key: request.body.toString() }))(
        response,
        nth,
        request,
      ),
    );
    expect(await archive({ month: '2026-01' }, context())).toEqual({ key: 'a report' });
    expect(shop.seen.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/reports/2026-01'],
      ['PUT', '/archive/2026-01'],
    ]);
  });

  it('sends the commands of a governed client', async () => {
    const tables = governed({ service: 'orders' }, async () => inventory.send(new ListTablesCommand({ Limit: 1 })));
    expect(await tables({}, context())).toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 1 } });
    inventory.destroy();
  });

  it('reports with the time that is left', async () => {
    expect(await report({}, context())).toMatchObject({ rows: [false], leftMs: expect.any(Number) as number });
  });

  it('shows an empty list, and says so, when recommendations are down', async () => {
    const answer = await home(httpV2(), context());
    expect(answer).toMatchObject({
      body: '{"items":[],"rate":1.1}',
      headers: { 'x-flyball-fallback': 'bestsellers;step=skip, recommendations;step=dependency' },
    });
  });

  it('charges under one key', async () => {
    accepted = true;
    expect(await charging()({ orderId: '44' }, context())).toEqual({ accepted: true });
  });

  it('tells of what the fleet decided here, and of nothing else', async () => {
    const { handler, onTransition } = announcing();
    expect(await handler({}, context())).toBe('done');
    const change = { breaker: 'payments', key: 'acme', from: 'CLOSED', to: 'OPEN', cause: 'surge' } as const;
    const more = { at: 1, epoch: 1, scope: 'fleet', decidedHere: true } as const;
    onTransition({ ...change, ...more });
    onTransition({ ...change, ...more, decidedHere: false });
    onTransition({ ...change, ...more, scope: 'instance' });
    expect(told).toEqual([change]);
  });

  it('has one breaker a tenant, once the rules name what is called', async () => {
    const failed = await tenants()({ tenant: 'acme' }, context()).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'Misused', message: expect.stringContaining('tenants') as string });
  });
});
