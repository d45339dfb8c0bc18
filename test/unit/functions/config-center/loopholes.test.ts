// What a baseline's guardrails leave open, though they look strict.
import { describe, expect, it } from 'vitest';
import { loopholesOf } from '../../../../functions/config-center/baseline/loopholes.ts';
import type { Guardrail } from '../../../../functions/config-center/baseline/schema.ts';

const loopholes = (guardrails: Record<string, Guardrail>) =>
  loopholesOf({ apiVersion: 'flyball/v1', kind: 'baseline', guardrails });

describe('a guardrail leaves open', () => {
  it.each<[string, Guardrail, string]>([
    ['a breaker that is disabled', { at: '/dependencies/*/breaker', required: true }, '/dependencies/*/breaker/mode'],
    ['access that is disabled', { at: '/access', required: true }, '/access/mode'],
    ['throttles that are disabled', { at: '/throttles/*', required: true }, '/throttles/*/mode'],
    ['exceptions from a limit', { at: '/throttles/*/limit', max: '100/s' }, '/throttles/*/overrides/*/limit'],
  ])('%s', (_what, guardrail, place) => {
    expect(loopholes({ strict: guardrail })).toEqual([
      { path: '/guardrails/strict/at', reason: expect.stringContaining(` ${place} `) as string },
    ]);
  });
});

describe('a guardrail leaves nothing open', () => {
  it.each<[string, Record<string, Guardrail>]>([
    [
      'when another says which modes there may be',
      { on: { at: '/access', required: true }, mode: { at: '/access/mode', oneOf: ['enforce'] } },
    ],
    [
      'when another bounds exceptions, too',
      {
        limit: { at: '/throttles/*/limit', max: '100/s' },
        overrides: { at: '/throttles/*/overrides/*/limit', max: '200/s' },
      },
    ],
    [
      'when another forbids exceptions',
      {
        limit: { at: '/throttles/*/limit', max: '100/s' },
        none: { at: '/throttles/*/overrides', forbidden: true },
      },
    ],
    ['where there is no mode', { owned: { at: '/owner', required: true } }],
    ['where there are no exceptions', { few: { at: '/dependencies/*/retry/attempts', max: 3 } }],
    ['when it only bounds from below', { some: { at: '/throttles/*/limit', min: '1/s' } }],
  ])('%s', (_what, guardrails) => {
    expect(loopholes(guardrails)).toEqual([]);
  });
});
