import { describe, expect, it } from 'vitest';
import { admin, eventually, order, request } from './client.ts';

interface Total {
  readonly count: number;
  readonly outcomes: Record<string, number>;
  readonly durationMs: { readonly p50: number } | null;
}

const series = async (query: string) => (await admin('GET', `/v1/telemetry/series?service=orders&${query}`)).body;

describe('telemetry', () => {
  it('counts orders and the calls they made, with how long they took', async () => {
    expect((await order()).status).toBe(201);
    const total = await eventually('an order in the series', async () => {
      const found = (await series('resource=create-order'))['total'] as Total;
      return found.count > 0 ? found : undefined;
    });
    expect(total.outcomes['ok']).toBeGreaterThan(0);
    expect(total.durationMs?.p50).toBeGreaterThan(0);
    expect((await series('dependency=payments&metric=count'))['dependencies']).toContain('payments');
  });

  it('takes a key', async () => {
    expect((await request('GET', '/v1/telemetry/series?service=orders')).status).toBe(401);
  });
});
