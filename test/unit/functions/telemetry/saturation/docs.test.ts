// The page on saturation and coverage says what is true: its numbers are the code's, its gaps are all there are.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../../../../functions/telemetry/coverage/missing.ts';
import { FUNCTIONS_SEEN_MS } from '../../../../../functions/telemetry/coverage/seen.ts';
import {
  FARTHEST_SPANS,
  FEWEST_POINTS,
  LEAST_R_SQUARED,
} from '../../../../../functions/telemetry/saturation/forecast.ts';
import { gaugeOf } from '../../../../../functions/telemetry/saturation/gauge.ts';

const page = readFileSync(new URL('../../../../../docs/saturation.md', import.meta.url), 'utf8');
const [saturation = '', coverage = ''] = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, json = '']) => json);
const WORDS: Readonly<Record<number, string>> = { 6: 'six', 7: 'seven', 10: 'ten' };

describe('docs/saturation.md', () => {
  it.each([
    ['the fewest steps', `fewer than ${WORDS[FEWEST_POINTS] ?? ''} steps`],
    ['the least fit', `\`rSquared\` below ${LEAST_R_SQUARED}`],
    ['how far a line is believed', `more than ${WORDS[FARTHEST_SPANS] ?? ''} times`],
    ['how long a function may be silent', `reported in ${WORDS[FUNCTIONS_SEEN_MS / 86_400_000] ?? ''} days`],
  ])('states %s as it is', (_what, sentence) => {
    expect(page).toContain(sentence);
  });

  it('shows a gauge with all it has', () => {
    const { memoryMb } = JSON.parse(saturation) as { memoryMb: object };
    expect(Object.keys(memoryMb)).toEqual(Object.keys(gaugeOf([], undefined, 0)));
  });

  it('shows a service with all it has, and explains what may be missing', () => {
    const heard = { functions: new Set<string>(), dependencies: new Set(['bank']), sources: new Set<string>() };
    const bare = { apiVersion: 'flyball/v1', service: 'a', jobs: { j: { schedule: 'rate(1 day)' } } } as const;
    const ruled = coverageOf('a', { revision: 1, document: bare }, heard);
    const unruled = coverageOf('a', undefined, heard);
    const { services } = JSON.parse(coverage) as { services: object[] };
    for (const service of services) expect(Object.keys(service)).toEqual(Object.keys(ruled));
    for (const missing of [...ruled.missing, ...unruled.missing]) expect(page).toContain(`| \`${missing}\` |`);
    expect(new Set([...ruled.missing, ...unruled.missing]).size).toBe(6);
  });
});
