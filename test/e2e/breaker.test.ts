import { afterAll, describe, expect, it } from 'vitest';
import { admin, eventually, order, request, type Response } from './client.ts';

const behave = (failureRate: number) => request('PUT', '/payments/behavior', { failureRate, delayMs: 0 });
const calls = async () => Number((await request('GET', '/payments/calls')).body['calls']);
const stateOf = async () => {
  const { body } = await admin('GET', '/v1/services/orders/breakers');
  return (body as unknown as { name: string; state: string }[]).find(({ name }) => name === 'payments')?.state;
};

interface Change {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly by: string;
  readonly function: string;
}

/** How the breaker came to its state, newest first. */
async function changes(): Promise<Change[]> {
  const { body } = await admin('GET', '/v1/services/orders/breakers/payments/transitions');
  return (body as unknown as { transitions: Change[] }).transitions;
}

/** Until every instance that answers takes orders again: later tests count on it. */
async function healed(): Promise<void> {
  await behave(0);
  await eventually('orders on every instance', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => order()));
    return answers.every(({ status }) => status === 201) ? true : undefined;
  });
}

afterAll(healed);

describe('the breaker of payments', () => {
  it('opens under failures, answers at once meanwhile, and closes by itself under traffic', async () => {
    await behave(1);
    await eventually('the open breaker', async () => {
      await Promise.all(Array.from({ length: 6 }, () => order()));
      return (await stateOf()) === 'OPEN' ? true : undefined;
    });

    // An instance that was closed when it last looked learns of it by its next order.
    await eventually('refusals on every instance', async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => order()));
      return answers.every(({ status }) => status === 503) ? true : undefined;
    });

    // Whichever instance it meets, an order is refused at once; only probes reach payments.
    const before = await calls();
    const refused: Response[] = [];
    const begunAt = performance.now();
    while (performance.now() < begunAt + 4_000)
      refused.push(...(await Promise.all(Array.from({ length: 4 }, () => order()))));
    const after = await calls();
    const tookMs = performance.now() - begunAt;
    const atOnce = refused.filter(({ status }) => status === 503);
    // With openFor growing from 2 s, four seconds have room for two probes at the most, and no four that follow for more
    // than another; a probe's order fails as payments does.
    const probes = 2 + Math.floor((tookMs - 4_000) / 4_000);
    expect(refused.length - atOnce.length).toBeLessThanOrEqual(probes);
    expect(after - before).toBeLessThanOrEqual(probes);
    expect(atOnce.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true);
    // The quickest tells of the breaker, the others of what else this machine had to do.
    expect(Math.min(...atOnce.map(({ ms }) => ms))).toBeLessThan(1_000);

    await healed();
    expect(await stateOf()).toBe('CLOSED');

    // Why it opened and what closed it, by which instance of which function; its list is written beside the answers.
    const steps = await eventually('the changes, listed', async () => {
      const told = (await changes()).map(({ from, to, cause }) => `${from} > ${to}: ${cause}`);
      return told[0] === 'HALF_OPEN > CLOSED: probesPassed' ? told : undefined;
    });
    expect(steps).toContain('OPEN > HALF_OPEN: probing');
    expect(steps.some((step) => /^CLOSED > OPEN: (failureRate|surge)$/.test(step))).toBe(true);
    expect((await changes()).every(({ by, function: name }) => by !== '' && name !== '')).toBe(true);
  });

  it('is forced open and released by an operator', async () => {
    const forced = await admin('POST', '/v1/services/orders/breakers/payments/force', {
      state: 'FORCED_OPEN',
      reason: 'payments is being moved',
    });
    expect(forced.status).toBe(200);
    await eventually('refusals', async () => ((await order()).status === 503 ? true : undefined));
    expect(await stateOf()).toBe('FORCED_OPEN');
    const released = await admin('POST', '/v1/services/orders/breakers/payments/force', {
      state: null,
      reason: 'moved',
    });
    expect(released.status).toBe(200);
    expect((await changes()).slice(0, 2)).toMatchObject([
      { from: 'FORCED_OPEN', cause: 'released', reason: 'moved' },
      { to: 'FORCED_OPEN', cause: 'forced', reason: 'payments is being moved' },
    ]);
    const { body } = await admin('GET', '/v1/services/orders/breakers/payments');
    expect(body['because']).toMatchObject({ cause: 'released', reason: 'moved' });
    await healed();
  });
});
