import { describe, expect, it } from 'vitest';
import { admin, eventually, order, request } from './client.ts';

interface Total {
  readonly count: number;
  readonly instances: number;
  readonly durationMs: { readonly p50: number } | null;
}

describe('telemetry', () => {
  it('counts what instances serve with how long it took', async () => {
    expect((await order()).status).toBe(201);
    const look = async () => {
      const { body } = await admin('GET', '/v1/telemetry/series?service=orders');
      const found = body['total'] as Total | undefined;
      return found !== undefined && found.count > 0 ? found : undefined;
    };
    // A minute is merged once it is over, by a schedule that runs every minute.
    const total = await eventually('an invocation in the series', look);
    expect(total.instances).toBeGreaterThan(0);
    expect(total.durationMs?.p50).toBeGreaterThan(0);
  });

  it('tells Prometheus', async () => {
    const { status, body, headers } = await admin('GET', '/metrics', undefined, {
      accept: 'application/openmetrics-text',
    });
    expect([status, headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/openmetrics-text'),
    ]);
    expect(body['text']).toContain('# EOF');
  });

  it('takes a key', async () => {
    expect((await request('GET', '/v1/telemetry/series?service=orders')).status).toBe(401);
    expect((await request('GET', '/metrics')).status).toBe(401);
  });
});
