// What of a dependency can never be met by what the rest of the document has: refused, with where and why.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

function found(rules: object): string[] {
  const result = validateDocument('shop', { apiVersion: 'flyball/v1', service: 'shop', ...rules });
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('the path:NAME of a dependency’s breaker', () => {
  const dependencies = { payments: { breaker: { key: ['path:shop'] } } };
  const missing = '/dependencies/payments/breaker/key/0: no resource has {shop} in its path';

  it('is refused when no resource has it', () => {
    expect(found({ dependencies })).toEqual([missing]);
    expect(found({ dependencies, resources: { pay: { match: { path: '/pay/{id}' } } } })).toEqual([missing]);
  });

  it('is taken when one has it', () => {
    expect(found({ dependencies, resources: { pay: { match: { path: '/shops/{shop}' } } } })).toEqual([]);
  });
});

describe('a last good answer of a function', () => {
  const answering = (idempotency: string) => ({
    dependencies: {
      rates: {
        target: { function: 'rates' },
        operations: { ask: { idempotency } },
        fallback: [{ lastGood: { maxAge: '1h' } }],
      },
    },
  });

  it('is refused where every operation has effects', () => {
    expect(found(answering('key'))).toEqual([
      '/dependencies/rates/fallback/0/lastGood: no operation is idempotency: safe, and answers of others are not kept',
    ]);
  });

  it('is taken where one may be asked again', () => {
    expect(found(answering('safe'))).toEqual([]);
  });
});
