// What the page on alerts shows of the routing document may be put, and its limits do what the page says.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { limitFor } from '../../../functions/alerting/alert/limits.ts';
import type { Condition } from '../../../functions/alerting/condition.ts';
import { validateRouting } from '../../../functions/alerting/routing/validate.ts';

const page = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8');
const documents = [...page.matchAll(/^```yaml\n(apiVersion:[^]*?)^```/gm)].map(
  ([, block = '']) => parse(block) as unknown,
);

/** @throws {Error} naming what is wrong with it. */
function shown() {
  const validation = validateRouting(documents[0]);
  if (!validation.valid) throw new Error(JSON.stringify(validation.errors));
  return validation;
}

describe('the routing document on the page', () => {
  it('is one, and may be put without a remark', () => {
    expect(documents).toHaveLength(1);
    expect(shown().warnings).toEqual([]);
  });

  it.each<[string, Partial<Condition>, string | undefined]>([
    ['a check of payments', { kind: 'check', service: 'payments' }, 'realtime'],
    ['another check', { kind: 'check', service: 'orders' }, 'high'],
    ['an experiment', { kind: 'job', tags: ['experiment'] }, 'deferred'],
    ['a job', { kind: 'job' }, undefined],
    ['what is wrong with flyball', { kind: 'flyball', tags: ['experiment'] }, undefined],
  ])('limits %s as the page says', (_, more, severity) => {
    const about = { key: 'k', kind: 'job', service: 'orders', name: 'nightly', severity: 'realtime' } as const;
    const condition: Condition = { ...about, firing: true, since: 0, summary: 'It failed.', ...more };
    expect(limitFor(shown().routing, condition)?.severity).toBe(severity);
  });
});
