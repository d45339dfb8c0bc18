// Which answers of a dependency are good enough to be given once more.
import { beforeAll, describe, expect, it } from 'vitest';
import { flyball } from '../../../../middleware/index.ts';
import { testGovernor, type FixedAnswer } from '../../../../middleware/testing/index.ts';

beforeAll(() => import('../../../../middleware/call/invoking.ts'));

const until = '2026-01-05T13:00:00Z';
const lasting = [{ lastGood: { maxAge: '10m' } }] as const;

describe('a good answer of a dependency', () => {
  const page = { target: { url: 'https://page.example' }, fallback: lasting };

  /** What is found when the second call fails: `down` if nothing. */
  async function found(first: FixedAnswer): Promise<unknown> {
    using kit = await testGovernor({ service: 'shop', rules: { dependencies: { page } } });
    kit.respond('page', first, { fail: 503 });
    const handler = kit.governed((_event: unknown) =>
      flyball.exchange('page', { method: 'GET', path: '/' }).catch(() => 'down'),
    );
    await kit.invoke(handler, {});
    return kit.invoke(handler, {});
  }

  it('is what it was, without the cookies that were set for somebody', async () => {
    const headers = { 'content-type': 'application/json', 'set-cookie': 'sid=ada', etag: '"1"' };
    expect(await found({ status: 201, headers, body: { a: 1 } })).toMatchObject({
      status: 201,
      headers: { etag: '"1"' },
      body: { a: 1 },
    });
    expect(await found({ headers })).not.toHaveProperty('headers.set-cookie');
  });

  it.each<[string, FixedAnswer]>([
    ['a redirect', { status: 302, headers: { location: 'https://login.example' }, body: 'sign in' }],
    ['"not modified"', { status: 304 }],
    ['what a fallback further down stands in for', { headers: { 'x-flyball-fallback': 'rates;step=skip' }, body: {} }],
    ['what a drill further down had a part in', { headers: { 'X-Flyball-Fault': 'drill' }, body: {} }],
  ])('is not %s', async (_what, first) => {
    expect(await found(first)).toBe('down');
  });
});

describe('a good result of a piece of work', () => {
  const rates = { target: { url: 'https://rates.example' } };
  const standIn = { ...rates, fallback: [{ respond: { status: 200, body: { rate: 'made up' } } }] };
  const page = { fallback: lasting };

  async function found(dependencies: object, more: object = {}, event: object = {}): Promise<unknown> {
    using kit = await testGovernor({ service: 'shop', rules: { dependencies: { page, ...dependencies }, ...more } });
    kit.respond('rates', { fail: 503 });
    let down = false;
    const handler = kit.governed(async (_event: unknown) => {
      // What fell back before the work began is no part of it.
      await flyball.call('rates', { method: 'GET' }).catch(() => {});
      const work = async () => {
        if (down) throw new Error('down');
        return flyball.call('rates', { method: 'GET' }).catch(() => 'done without');
      };
      return flyball.run('page', work, { idempotent: true, lastGoodKey: 'p' }).catch(() => 'nothing');
    });
    await kit.invoke(handler, event);
    down = true;
    return kit.invoke(handler, event);
  }

  it('is none that a fallback had a part in', async () => {
    expect(await found({ rates })).toBe('done without');
    expect(await found({ rates: standIn })).toBe('nothing');
  });

  it('is none that a drill had a part in', async () => {
    const match = { 'header:x-drill': 'yes' };
    const drill = { dependencies: ['rates'], match, abort: { share: '100%', status: 503 }, until };
    const by = (drilled: string) => found({ rates }, { faults: { drill } }, { headers: { 'x-drill': drilled } });
    expect(await by('no')).toBe('done without');
    expect(await by('yes')).toBe('nothing');
  });

  it('is one although something else had fallen back before', async () => {
    using kit = await testGovernor({ service: 'shop', rules: { dependencies: { page, rates: standIn } } });
    kit.respond('rates', { fail: 503 });
    let down = false;
    const handler = kit.governed(async (_event: unknown) => {
      await flyball.call('rates', { method: 'GET' });
      const work = () => (down ? Promise.reject(new Error('down')) : Promise.resolve('good'));
      return flyball.run('page', work, { idempotent: true, lastGoodKey: 'p' }).catch(() => 'nothing');
    });
    await kit.invoke(handler, {});
    down = true;
    expect(await kit.invoke(handler, {})).toBe('good');
  });
});
