// The JSON Schema of baselines is what editors know of them: it refuses nothing that the API takes.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { baselineSchema } from '../../../../functions/config-center/baseline/json-schema.ts';
import { validateBaseline } from '../../../../functions/config-center/baseline/validate.ts';

const served = JSON.parse(JSON.stringify(baselineSchema())) as Parameters<typeof z.fromJSONSchema>[0];
const bySchema = z.fromJSONSchema(served);
const baseline = (more: object) => ({ apiVersion: 'flyball/v1', kind: 'baseline', ...more });

const everySection = baseline({
  owner: 'platform',
  approvals: { publish: 1 },
  defaults: {
    owner: 'platform',
    resources: { '*': { deadline: { timeout: '5s' } } },
    throttles: { everyone: { burst: 10 }, '*': { mode: 'shadow' } },
    dependencies: { '*': { attemptTimeout: '2s', breaker: { failureRate: '50%' } } },
    telemetry: { sample: '1%' },
  },
  guardrails: {
    'breakers-everywhere': { at: '/dependencies/*/breaker', required: true, except: ['legacy'], because: 'see above' },
    'no-long-timeouts': { at: '/dependencies/*/attemptTimeout', max: '10s' },
  },
});

describe('the schema of baselines', () => {
  it('takes what the API takes: parts of rules without the rest of them, and every rule by a star', () => {
    expect(validateBaseline(everySection)).toMatchObject({ valid: true });
    expect(bySchema.safeParse(everySection).error).toBeUndefined();
  });

  it.each([
    ['a key that there is not', baseline({ guardrail: {} })],
    ['a default that each document has for itself', baseline({ defaults: { service: 'orders' } })],
    ['a default of a rule that there is not', baseline({ defaults: { throttles: { '*': { limits: '1/s' } } } })],
    ['no kind', { apiVersion: 'flyball/v1' }],
  ])('refuses %s, as the API does', (_what, document) => {
    expect(validateBaseline(document)).toMatchObject({ valid: false });
    expect(bySchema.safeParse(document).success).toBe(false);
  });
});
