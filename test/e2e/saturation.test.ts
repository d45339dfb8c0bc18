// Saturation and coverage in a started world: what instances counted, merged, beside what Lambda and SQS say.
import { describe, expect, it } from 'vitest';
import { admin, eventually, order } from './client.ts';

interface Functions {
  readonly deployed: number;
  readonly withoutTelemetry: readonly string[];
}

describe('saturation', () => {
  it('says how many environments of a function are active, of how many that may be', async () => {
    expect((await order()).status).toBe(201);
    const found = await eventually('the environments of orders', async () => {
      const { body } = await admin('GET', '/v1/telemetry/saturation?service=orders&window=1h');
      const functions = body['functions'] as { readonly name: string; readonly used: number }[];
      return functions.find(({ name }) => name === 'flyball-local-orders');
    });
    expect(found).toMatchObject({ limit: 10, limitOf: 'function' });
    expect(found.used).toBeGreaterThan(0);
  });
});

describe('coverage', () => {
  it('knows a function that reports from one that another answers for', async () => {
    const functions = await eventually('the functions that are deployed', async () => {
      const { status, body } = await admin('GET', '/v1/telemetry/coverage');
      expect(status).toBe(200);
      const found = body['functions'] as Functions;
      return found.withoutTelemetry.includes('flyball-local-orders') ? undefined : found;
    });
    expect(functions.deployed).toBeGreaterThan(10);
    // The authorizer keeps its rules, and reports in its place.
    expect(functions.withoutTelemetry).toContain('flyball-local-hello-python');
  });
});
