// Which limit a key has: the first override that matches, of the values as callers have them.
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../middleware/kernel/errors.ts';
import type { Principal } from '../../../../middleware/kernel/principal.ts';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import { compileOverrides, type KeyValues, type Match } from '../../../../middleware/throttle/overrides.ts';
import { compileThrottles } from '../../../../middleware/throttle/rule.ts';
import * as events from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

describe('matching', () => {
  const key = ['client', 'header:x-plan'];
  const chosen = (values: KeyValues, ...matches: Match[]) =>
    compileOverrides<number | 'own'>(
      key,
      matches.map((match, i) => ({ match, limit: i })),
      'own',
    )(values);

  it.each<[string, KeyValues, Match[], number | 'own']>([
    ['a name', ['sub:gold-1', 'x'], [{ client: 'gold-*' }], 0],
    ['a name as its token has it, without our mark', ['sub:gold-1', 'x'], [{ client: 'sub:gold-*' }], 'own'],
    ['an address', ['203.0.113.7', 'x'], [{ client: '203.0.113.*' }], 0],
    ['the first of several', ['sub:gold-1', 'x'], [{ client: 'silver-*' }, { client: '*-1' }, { client: 'gold-*' }], 1],
    ['none', ['sub:ada', 'x'], [{ client: 'gold-*' }], 'own'],
    ['all parts that are given', ['sub:ada', 'gold'], [{ client: 'ada', 'header:x-plan': 'gold' }], 0],
    ['not only some of them', ['sub:ada', 'free'], [{ client: 'ada', 'header:x-plan': 'gold' }], 'own'],
    ['one part, whatever the other', ['sub:ada', 'gold'], [{ 'header:x-plan': 'gold' }], 0],
    [
      'nothing where the value is missing, not even by a star',
      ['sub:ada', undefined],
      [{ 'header:x-plan': '*' }],
      'own',
    ],
    ['an empty value by a star', ['sub:ada', ''], [{ 'header:x-plan': '*' }], 0],
  ])('%s', (_what, values, matches, expected) => {
    expect(chosen(values, ...matches)).toBe(expected);
  });

  it('refuses what is no part of the key', () => {
    expect(() => chosen([], { ip: '*' })).toThrow('an override matches "ip", which is no part of the key');
  });
});

describe('a rule with overrides', () => {
  const rule: ThrottleRule = {
    limit: '2/10s',
    scope: 'instance',
    key: ['header:x-api-key'],
    overrides: [{ match: { 'header:x-api-key': 'gold-*' }, limit: '5/10s' }],
  };
  const from = (key: string) => events.httpV2({ headers: { 'x-api-key': key } });

  function start(throttles: Record<string, ThrottleRule>) {
    const clock = fakeClock();
    const instance = testInstance({ rules: { throttles }, clock });
    const refusals: unknown[][] = [];
    instance.recorder = { ...silentRecorder, refusal: (...refusal) => refusals.push(refusal) };
    async function ask(event: unknown, principal?: Principal): Promise<true | Refused> {
      const invocation = testInvocation(instance, event);
      invocation.principal = principal;
      try {
        await throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
        return true;
      } catch (error) {
        if (error instanceof Refused) return error;
        throw error;
      }
    }
    async function admitted(times: number, event: unknown, principal?: Principal): Promise<number> {
      let count = 0;
      for (let i = 0; i < times; i++) if ((await ask(event, principal)) === true) count += 1;
      return count;
    }
    return { clock, ask, admitted, refusals };
  }

  it('gives those who match a limit of their own, each key its own bucket', async () => {
    const { admitted } = start({ caller: rule });
    expect([
      await admitted(9, from('gold-1')),
      await admitted(9, from('gold-2')),
      await admitted(9, from('a')),
    ]).toEqual([5, 5, 2]);
  });

  it('tells whoever is refused the limit that is theirs', async () => {
    const { ask, admitted } = start({ caller: rule });
    await admitted(5, from('gold-1'));
    const refusal = await ask(from('gold-1'));
    expect(refusal).toMatchObject({ rule: 'caller', headers: { 'ratelimit-policy': '"caller";q=5;w=10' } });
    expect(refusal).toMatchObject({ message: expect.stringContaining('admits 5/10s') as string });
  });

  it('matches values longer than a key keeps them, as a whole', async () => {
    const long = `gold-${'x'.repeat(200)}`;
    const { admitted } = start({
      caller: { ...rule, overrides: [{ match: { 'header:x-api-key': 'gold-*xy' }, limit: '5/10s' }] },
    });
    expect([await admitted(9, from(`${long}y`)), await admitted(9, from(long))]).toEqual([5, 2]);
  });

  it('knows verified callers by their name', async () => {
    const { admitted } = start({
      caller: { ...rule, key: ['client'], overrides: [{ match: { client: 'gold-*' }, limit: '5/10s' }] },
    });
    const gold: Principal = { id: 'gold-1', by: 'jwt', claims: {} };
    expect([await admitted(9, from('a'), gold), await admitted(9, from('a'))]).toEqual([5, 2]);
  });

  it.each<[string, Partial<ThrottleRule>, number[]]>([
    ['token-bucket', {}, [5, 2]],
    ['sliding-window', { algorithm: 'sliding-window' }, [5, 2]],
    ['fixed-window', { algorithm: 'fixed-window' }, [5, 2]],
    [
      'leaky-bucket',
      {
        algorithm: 'leaky-bucket',
        burst: 2,
        overrides: [{ match: { 'header:x-api-key': 'gold-*' }, limit: '5/10s', burst: 5 }],
      },
      [5, 2],
    ],
    ['the fleet while its store is away', { scope: 'fleet' }, [5, 2]],
  ])('holds for %s', async (_what, more, expected) => {
    const { admitted } = start({ caller: { ...rule, ...more } });
    expect([await admitted(9, from('gold-1')), await admitted(9, from('a'))]).toEqual(expected);
  });

  it('holds beside other rules, and in shadow', async () => {
    const other: ThrottleRule = { limit: '100/s', scope: 'instance' };
    const beside = start({ caller: rule, other });
    expect(await beside.admitted(9, from('gold-1'))).toBe(5);
    const shadow = start({ caller: { ...rule, mode: 'shadow' }, other });
    expect(await shadow.admitted(9, from('gold-1'))).toBe(9);
    expect(shadow.refusals).toEqual(Array.from({ length: 4 }, () => ['throttle', 'caller', 'default', 1, true]));
  });

  it('asks the patterns once for each key in use', () => {
    const caller = compileThrottles({ apiVersion: 'flyball/v1', service: 'orders', throttles: { caller: rule } }).of(
      'x',
    )?.enforced[0];
    const invocation = testInvocation(testInstance({}), from('gold-1'));
    const first = caller?.overrides?.of(invocation, 'gold-1');
    expect(first?.limit).toBe('5/10s');
    // Another event with the same key: what is remembered of the key is believed.
    expect(caller?.overrides?.of(testInvocation(testInstance({}), from('a')), 'gold-1')).toBe(first);
  });

  it('keeps each limit’s buckets when a publish does not change it', async () => {
    const clock = fakeClock();
    const instance = testInstance({ rules: { throttles: { caller: rule } }, clock });
    const { document } = instance.rules.snapshot;
    for (let i = 0; i < 5; i++) {
      const invocation = testInvocation(instance, from('gold-1'));
      await throttlePolicy.before?.(invocation, throttlePolicy.compile(document, instance));
    }
    const again = throttlePolicy.compile(document, instance);
    expect(() => throttlePolicy.before?.(testInvocation(instance, from('gold-1')), again)).toThrow(Refused);
  });
});
