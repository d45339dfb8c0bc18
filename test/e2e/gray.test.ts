// Rules that half of the clients are given first: both behaviours side by side, taken back, given again, given to all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInShare } from '../../middleware/kernel/rules/gray.ts';
import { admin, eventually, KNOWN_EVERYWHERE_MS, order, publish, rulesOf, world } from './client.ts';

const GRAY = '/v1/services/orders/gray';
const HALF = { share: '50%', by: 'header:x-api-key' };

let original: Record<string, unknown>;
let made = 0;

beforeAll(async () => {
  original = await rulesOf('orders');
});

afterAll(async () => {
  await admin('POST', `${GRAY}/abort`, {});
  await admin('POST', '/v1/services/payments/gray/abort', {});
  await publish('orders', original);
});

/** Gives half of the keys a limit of one order an hour. */
async function begin(): Promise<number> {
  const limit = { limit: '1/h', key: ['header:x-api-key'], resources: ['create-order'] };
  await admin('PUT', '/v1/services/orders/draft', { ...original, throttles: { 'one-each': limit } });
  const { status, body } = await admin('POST', '/v1/services/orders/publish', { note: 'by a test', gray: HALF });
  expect({ status, body }).toMatchObject({ status: 200, body: { gray: { share: '50%', by: 'header:x-api-key' } } });
  return Number(body['revision']);
}

/** Keys that nobody has used, in the gray half or not. */
function keysOf(revision: number, inIt: boolean, count: number): string[] {
  const keys: string[] = [];
  while (keys.length < count) {
    const key = `gray-key-${++made}`;
    if (isInShare(5_000, `orders\n${revision}\n${key}`) === inIt) keys.push(key);
  }
  return keys;
}

/** Whether the second order of each of these keys is refused. */
function secondRefused(keys: readonly string[]): Promise<boolean[]> {
  return Promise.all(
    keys.map(async (key) => {
      await order({ 'x-api-key': key });
      return (await order({ 'x-api-key': key })).status === 429;
    }),
  );
}

/** Waits until every instance has learned what is in force: until this has held for a while under traffic. */
async function known(what: string, holds: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  await eventually(what, async () =>
    (await holds()) && performance.now() - since > KNOWN_EVERYWHERE_MS ? true : undefined,
  );
}

/** One turn of a function that has one each minute, now. */
async function ticked(name: string): Promise<unknown> {
  const url = `${world.lambda}/2015-03-31/functions/flyball-local-${name}/invocations`;
  return (await fetch(url, { method: 'POST', body: '{}' })).json();
}

const all = (refused: readonly boolean[]) => refused.every(Boolean);
const none = (refused: readonly boolean[]) => !refused.some(Boolean);

describe('rules published to half of the clients', () => {
  it('hold for these, each time, and not for the others; until they are aborted, for nobody', async () => {
    const revision = await begin();
    await known('the gray rules', async () => all(await secondRefused(keysOf(revision, true, 12))));
    expect(all(await secondRefused(keysOf(revision, true, 10)))).toBe(true);
    expect(none(await secondRefused(keysOf(revision, false, 10)))).toBe(true);
    expect((await admin('GET', GRAY)).body).toMatchObject({ revision, state: 'running' });

    expect((await admin('POST', `${GRAY}/abort`, { note: 'by a test' })).status).toBe(200);
    await known('the end of them', async () => none(await secondRefused(keysOf(revision, true, 12))));
    expect((await admin('GET', GRAY)).body).toMatchObject({ revision, state: 'aborted' });
    expect(await rulesOf('orders')).toEqual(original);
  });

  it('hold for everybody once they are promoted', async () => {
    const revision = await begin();
    const promoted = await admin('POST', `${GRAY}/promote`, { note: 'by a test', expectedRevision: revision });
    expect({ status: promoted.status, body: promoted.body }).toMatchObject({ status: 200, body: { revision } });
    await known('the rules for all', async () => all(await secondRefused(keysOf(revision, false, 12))));
    expect(all(await secondRefused(keysOf(revision, true, 5)))).toBe(true);
  });
});

describe('rules published step by step', () => {
  it('stay where they are until there is traffic to judge them by, and the judge says so', async () => {
    const steps = [{ share: '1%', bake: '24h' }];
    await admin('PUT', '/v1/services/orders/draft', { ...original, owner: 'checkout' });
    const { status, body } = await admin('POST', '/v1/services/orders/publish', { gray: { steps } });
    expect({ status, body }).toMatchObject({ status: 200, body: { gray: { share: '1%' } } });
    expect(await ticked('gray-judge')).toMatchObject({ grays: 1, failed: 0, complete: true });
    expect((await admin('GET', GRAY)).body).toMatchObject({
      ...{ state: 'running', steps: [{ share: '1%', bake: '86400s' }] },
      judgement: { verdict: 'not enough traffic', next: 'wait', ifTooLittleTraffic: 'extend' },
    });
    expect((await admin('POST', `${GRAY}/abort`, { note: 'by a test' })).status).toBe(200);
  });
});

describe('rules published with a condition', () => {
  it('take themselves back when their part does worse, and do not otherwise', async () => {
    const [good, before] = [await rulesOf('payments'), await rulesOf('orders')];
    const condition = { abortWhen: { refusals: '+5%', errors: '+5%', minimumSample: 50 } };
    await admin('PUT', '/v1/services/payments/draft', { ...good, owner: 'team-of-a-test' });
    const harmless = { share: '50%', ...condition };
    expect((await admin('POST', '/v1/services/payments/publish', { gray: harmless })).status).toBe(200);

    const throttles = { nobody: { limit: '1/h', resources: ['create-order'] } };
    await admin('PUT', '/v1/services/orders/draft', { ...original, throttles });
    const { status, body } = await admin('POST', '/v1/services/orders/publish', { gray: { ...HALF, ...condition } });
    expect({ status, body }).toMatchObject({ status: 200 });
    // Requests of both halves until their minute has been merged and judged.
    let lookedAt = performance.now();
    const taken = await eventually('the end of rules that refuse half of all', async () => {
      for (let i = 0; i < 5; i++) await order({ 'x-api-key': `judged-key-${++made}` });
      if (performance.now() - lookedAt > 5_000) {
        lookedAt = performance.now();
        await ticked('telemetry-merge');
        await ticked('gray-judge');
      }
      const { body: shown } = await admin('GET', GRAY);
      // Why is noted right after it has ended.
      return shown['state'] === 'running' || shown['reason'] === undefined ? undefined : shown;
    });
    expect(taken).toMatchObject({
      ...{ revision: body['revision'], state: 'aborted' },
      reason: expect.stringMatching(/^worse than the rest: refusals: /) as string,
    });
    expect(await rulesOf('orders')).toEqual(before);
    const target = `revision ${String(body['revision'])}`;
    const entry = await eventually('the record of it', async () => {
      const { entries } = (await admin('GET', '/v1/audit?service=orders&action=rules.abort')).body as {
        entries: { actor: string; target: string }[];
      };
      return entries.find((each) => each.target === target);
    });
    expect(entry).toMatchObject({ actor: 'flyball' });

    expect((await admin('GET', '/v1/services/payments/gray')).body).toMatchObject({ state: 'running' });
    expect((await admin('POST', '/v1/services/payments/gray/abort', {})).status).toBe(200);
    await publish('payments', good);
  });
});
