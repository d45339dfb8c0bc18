// How long health waits for a part, and in which order it asks.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Table } from '../../../../store/port.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable, silentLogger } from '../../../support/instance.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** What was asked for, each with its limit in ms, when the environment says how patient to be. */
async function asked(patience: string | undefined): Promise<string[]> {
  vi.resetModules();
  vi.stubEnv('FLYBALL_STORE_PATIENCE', patience);
  const { healthRoutes } = await import('../../../../functions/config-center/health.ts');
  const seen: string[] = [];
  const table: Table = {
    ...noTable,
    async get(_key, options) {
      seen.push(`table ${options?.timeoutMs}`);
      await Promise.resolve();
      seen.push('table answered');
      return undefined;
    },
  };
  const [health] = healthRoutes({
    ...{ table, clock: fakeClock(), logger: silentLogger, newId: () => '', healthUrls: ['a', 'b'] },
    probe: async (url, timeoutMs) => void seen.push(`${url} ${timeoutMs}`),
  });
  const request = { id: '', at: 0, method: 'GET', path: '/v1/health', headers: {}, query: new URLSearchParams() };
  await health?.handle({ ...request, params: {}, caller: undefined, body: undefined } as never);
  return seen;
}

describe('health', () => {
  it('asks the table first, so that its answer waits behind nothing else', async () => {
    expect(await asked(undefined)).toEqual(['table 1000', 'table answered', 'a 1000', 'b 1000']);
  });

  it.each([
    ['3', 3_000],
    // Both waits together must end before the function's ten seconds do.
    ['100', 4_000],
  ])('is as patient as the environment says: %s times', async (patience, limitMs) => {
    expect(await asked(patience)).toEqual([`table ${limitMs}`, 'table answered', `a ${limitMs}`, `b ${limitMs}`]);
  });
});
