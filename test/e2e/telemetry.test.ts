import { describe, expect, it } from 'vitest';
import { admin, eventually, order, request } from './client.ts';

interface Total {
  readonly count: number;
  readonly instances: number;
  readonly durationMs: { readonly p50: number } | null;
}

describe('telemetry', () => {
  it('counts what instances serve from their first invocation on, with how long it took', async () => {
    expect((await order()).status).toBe(201);
    const total = await eventually('an invocation in the series', async () => {
      const { body } = await admin('GET', '/v1/telemetry/series?service=orders');
      const found = body['total'] as Total;
      return found.count > 0 ? found : undefined;
    });
    expect(total.instances).toBeGreaterThan(0);
    expect(total.durationMs?.p50).toBeGreaterThan(0);
  });

  it('takes a key', async () => {
    expect((await request('GET', '/v1/telemetry/series?service=orders')).status).toBe(401);
  });
});
