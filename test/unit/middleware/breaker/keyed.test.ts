// Breakers of a rule with a key: one for each tenant, client or endpoint, and how many an instance keeps.
import { flyball } from 'flyball';
import { events, testGovernor, type TestGovernor } from 'flyball/testing';
import { describe, expect, it } from 'vitest';
import { keyedBreakers, type Asked } from '../../../../middleware/breaker/keyed.ts';
import * as keys from '../../../../middleware/kernel/key.ts';
import { recordOf } from '../../../../store/items/breaker-record.ts';
import { keys as storeKeys } from '../../../../store/keys.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';
import { memoryTable } from '../../../support/memory-table.ts';

const WEEK_S = 7 * 86_400;
const trippingEarly = { window: { time: '30s', minimumCalls: 2 }, surge: 'off' } as const;

async function shop(key: readonly string[]): Promise<TestGovernor> {
  const payments = { target: { function: 'payments' }, breaker: { key, ...trippingEarly } };
  return testGovernor({ service: 'shop', rules: { dependencies: { payments } } });
}

/** Calls that fail, until the breaker they meet opens. */
async function trip(
  here: TestGovernor,
  calling: () => Promise<unknown>,
  event: unknown = events.httpV2(),
): Promise<void> {
  here.fail('payments', 'connect');
  for (let i = 0; i < 2; i++) {
    await here.invoke(here.governed(calling), event);
    await here.advance('100ms');
  }
  here.respond('payments', { body: {} });
}

const refusals = (here: TestGovernor) => here.recorded.refusals.filter(({ by }) => by === 'breaker').length;

describe('a breaker with a key', () => {
  it.each<[string, readonly string[], (value: string) => () => Promise<unknown>]>([
    ['what the code says', ['call'], (tenant) => () => flyball.call('payments', { breakerKey: tenant })],
    ['the operation', ['operation'], (operation) => () => flyball.call('payments', { operation })],
  ])('opens for one value of %s and for no other', async (_what, key, calling) => {
    using here = await shop(key);
    await trip(here, calling('ada'));
    expect(here.breaker('payments', 'ada').state).toBe('OPEN');
    expect(here.breaker('payments', 'bob').state).toBe('CLOSED');
    await here.invoke(here.governed(calling('bob')), events.httpV2());
    expect(refusals(here)).toBe(0);
    await here.invoke(here.governed(calling('ada')), events.httpV2());
    expect(refusals(here)).toBe(1);
  });

  it('is known by a hash where its value may be a secret', async () => {
    using here = await shop(['header:x-api-key']);
    const event = events.httpV2({ headers: { 'x-api-key': 'a-secret' } });
    await trip(here, () => flyball.call('payments'), event);
    const stored = `~${keys.hash('a-secret')}`;
    expect(here.breaker('payments', stored).state).toBe('OPEN');
    expect(JSON.stringify(here.log)).not.toContain('a-secret');
    await here.invoke(
      here.governed(() => flyball.call('payments')),
      events.httpV2({ headers: { 'x-api-key': 'other' } }),
    );
    expect(refusals(here)).toBe(0);
  });

  it('is one for all who lack the value, as of a throttle', async () => {
    using here = await shop(['call']);
    await trip(here, () => flyball.call('payments'));
    expect(here.breaker('payments', '(none)').state).toBe('OPEN');
  });

  it.each<[string, readonly string[], object, string]>([
    ['which one', ['call'], { breakerKey: 'ada' }, '"payments" for ada is'],
    ['that it is of those without a value', ['call'], {}, '"payments" for (none) is'],
    [
      'what is stored in the clear alone',
      ['operation', 'header:x-api-key'],
      { operation: 'pay' },
      '"payments" for pay is',
    ],
    ['nothing of a secret', ['header:x-api-key'], {}, '"payments" is'],
  ])('says %s when it refuses', async (_what, key, options, said) => {
    using here = await shop(key);
    const event = events.httpV2({ headers: { 'x-api-key': 'a-secret' } });
    await trip(here, () => flyball.call('payments', options), event);
    const thrown = here.governed(() => flyball.call('payments', options).catch((error: unknown) => String(error)));
    expect(await here.invoke(thrown, event)).toContain(`the breaker of ${said} open; try again in`);
  });

  it('is forced by an operator for one value', async () => {
    using here = await shop(['call']);
    here.respond('payments', { body: {} });
    await here.breaker('payments', 'ada').force('OPEN');
    const calling = (breakerKey: string) =>
      here.governed(() => flyball.run('payments', async () => 'done', { breakerKey }));
    await here.invoke(calling('bob'), events.httpV2());
    expect(refusals(here)).toBe(0);
    await here.invoke(calling('ada'), events.httpV2());
    expect(refusals(here)).toBe(1);
  });
});

describe('what an instance keeps', () => {
  const world = () => {
    const instance = testInstance({ table: memoryTable(), clock: fakeClock() });
    const invocation = testInvocation(instance, {});
    const breakers = keyedBreakers('payments', ['call'], instance, keys);
    const of = (breakerKey: string) => breakers.of({ invocation, breakerKey } satisfies Asked);
    return { instance, breakers, of };
  };

  it('is a thousand breakers of a rule, those met last', () => {
    const { breakers, of } = world();
    const first = of('0');
    const second = of('1');
    for (let i = 2; i < 1_000; i++) of(String(i));
    expect(of('0')).toBe(first);
    of('one more');
    expect(breakers.size).toBe(1_000);
    expect(of('0')).toBe(first);
    expect(of('1')).not.toBe(second);
  });

  it('drops none that is not closed while another is', () => {
    const { breakers, of } = world();
    const open = of('open');
    Object.defineProperty(open, 'closed', { get: () => false });
    for (let i = 0; i < 3_000; i++) of(String(i));
    expect(breakers.size).toBe(1_000);
    expect(of('open')).toBe(open);
  });

  it('drops the one met the longest ago when none is closed', () => {
    const { breakers, of } = world();
    const all = Array.from({ length: 1_000 }, (_, i) => of(String(i)));
    for (const breaker of all) Object.defineProperty(breaker, 'closed', { get: () => false });
    of('one more');
    expect(breakers.size).toBe(1_000);
    expect(of('1')).toBe(all[1]);
  });

  it('outlasts a publish, unless the key is made of other parts', () => {
    const { instance, breakers } = world();
    expect(keyedBreakers('payments', ['call'], instance, keys)).toBe(breakers);
    expect(keyedBreakers('payments', ['call', 'client'], instance, keys)).not.toBe(breakers);
  });
});

describe('its item', () => {
  it('is forgotten a week after it was last written; that of a rule without a key never is', async () => {
    using here = await shop(['call']);
    await trip(here, () => flyball.call('payments', { breakerKey: 'ada' }));
    const nowS = here.clock.now() / 1000;
    const item = await here.options.instance.table.get(storeKeys.breaker('shop', 'payments', 'ada'), {
      consistent: true,
    });
    expect(item?.['expiration']).toBeGreaterThan(nowS + WEEK_S - 60);
    expect(item?.['expiration']).toBeLessThanOrEqual(Math.ceil(nowS + WEEK_S));
    expect(recordOf(item).state.kind).toBe('OPEN');

    await here.publish({
      dependencies: {
        payments: { target: { function: 'payments' }, breaker: { window: { time: '30s', minimumCalls: 2 } } },
      },
    });
    await trip(here, () => flyball.call('payments', { breakerKey: 'ada' }));
    const plain = await here.options.instance.table.get(storeKeys.breaker('shop', 'payments'), { consistent: true });
    expect(recordOf(plain).state.kind).toBe('OPEN');
    expect(plain).not.toHaveProperty('expiration');
  });

  it('stays while an operator has forced it until it is released', async () => {
    using here = await shop(['call']);
    await here.breaker('payments', 'ada').force('OPEN');
    const read = () =>
      here.options.instance.table.get(storeKeys.breaker('shop', 'payments', 'ada'), { consistent: true });
    expect((await read())?.['expiration']).toBeGreaterThan(Date.UTC(9000, 0) / 1000);
    // Those who are refused write that they are there.
    for (let i = 0; i < 2; i++) {
      await here.invoke(
        here.governed(() => flyball.call('payments', { breakerKey: 'ada' })),
        events.httpV2(),
      );
      await here.advance('7s');
    }
    expect(recordOf(await read()).tallies).not.toEqual([]);
    expect((await read())?.['expiration']).toBeGreaterThan(Date.UTC(9000, 0) / 1000);
    await here.breaker('payments', 'ada').release();
    expect((await read())?.['expiration']).toBe(Math.ceil(here.clock.now() / 1000 + WEEK_S));
  });
});
