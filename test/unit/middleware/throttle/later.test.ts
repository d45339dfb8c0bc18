// What few throttles need is loaded with the first rules that say it, whatever came before them, and not sooner.
import { describe, expect, it, vi } from 'vitest';
import type { Later } from '../../../../middleware/throttle/later.ts';
import type { RuleDocument, ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import * as events from '../../../support/events.ts';

/** The library as it is when nothing of it has been loaded, with an instance of it under rules that can be published. */
async function started() {
  vi.resetModules();
  const [{ governed }, { isHere }, { publishTo }, { memoryTable }, { fakeClock }, support] = await Promise.all([
    import('../../../../middleware/govern.ts'),
    import('../../../../middleware/throttle/later.ts'),
    import('../../../../middleware/testing/rules.ts'),
    import('../../../../middleware/testing/table/memory-table.ts'),
    import('../../../support/fake-clock.ts'),
    import('../../../support/instance.ts'),
  ]);
  const clock = fakeClock();
  const table = memoryTable();
  const errors: string[] = [];
  const logger = { ...support.silentLogger, error: (message: string) => void errors.push(message) };
  const instance = support.testInstance({ clock, table, logger });
  const handler = governed({ service: 'orders', instance }, () => Promise.resolve({ statusCode: 200 }));
  let revision = 0;
  const publish = async (throttles: Readonly<Record<string, ThrottleRule>>) => {
    const document: RuleDocument = { apiVersion: 'flyball/v1', service: 'orders', throttles };
    revision = await publishTo(table, document, revision, clock.now());
    await instance.rules.run(clock.now(), new AbortController().signal);
  };
  const status = async (event: unknown = events.httpV2()) => {
    const answer = await handler(event, support.testContext(clock));
    return answer.statusCode;
  };
  const here = () => NAMES.filter((name) => isHere(name));
  return { publish, status, here, errors };
}

const NAMES: readonly (keyof Later)[] = ['quotas', 'seldom', 'inTurn', 'divided'];
const PLAIN: ThrottleRule = { limit: '100/s', scope: 'instance' };

describe('what is loaded', () => {
  it('is nothing but the throttle under a plain rule', async () => {
    const { publish, status, here } = await started();
    await publish({ plain: PLAIN, leased: { limit: '1k/s' } });
    expect(await status()).toBe(200);
    expect(here()).toEqual([]);
  });

  it.each<[string, ThrottleRule, readonly (keyof Later)[]]>([
    ['a quota', { limit: '1/day', algorithm: 'fixed-window', scope: 'instance' }, ['quotas']],
    ['a sliding window', { limit: '1/min', algorithm: 'sliding-window', scope: 'instance' }, ['seldom']],
    ['a leaky bucket', { limit: '1/min', algorithm: 'leaky-bucket', burst: 1, scope: 'instance' }, ['seldom']],
    ['a bucket that warms up', { limit: '1/min', burst: 1, warmUp: '10s', scope: 'instance' }, ['seldom']],
    [
      'an answer that tells what is left',
      { limit: '1/min', burst: 1, headers: 'always', scope: 'instance' },
      ['seldom'],
    ],
    [
      'an override',
      {
        limit: '9/min',
        key: ['ip'],
        overrides: [{ match: { ip: '*' }, limit: '1/min', burst: 1 }],
        scope: 'instance',
      },
      ['seldom'],
    ],
  ])('is what %s needs, when a revision first has one', async (_what, rule, names) => {
    const { publish, status, here, errors } = await started();
    await publish({ plain: PLAIN });
    expect(await status()).toBe(200);
    await publish({ plain: PLAIN, rule });
    expect(here()).toEqual(names);
    expect([await status(), await status()]).toEqual([200, 429]);
    expect(errors).toEqual([]);
  });

  it('is what a rule in shadow needs, which refuses nobody', async () => {
    const { publish, status, here, errors } = await started();
    await publish({ plain: PLAIN });
    await publish({ plain: PLAIN, watched: { limit: '1/min', burst: 1, scope: 'instance', mode: 'shadow' } });
    expect([await status(), await status()]).toEqual([200, 200]);
    expect(here()).toEqual(['seldom']);
    expect(errors).toEqual([]);
  });

  it('is what takes turns, with the first event that can come back', async () => {
    const { publish, status, here } = await started();
    await publish({ plain: PLAIN });
    await status();
    expect(here()).toEqual([]);
    await status(events.sqs());
    expect(here()).toEqual(['inTurn']);
  });
});
