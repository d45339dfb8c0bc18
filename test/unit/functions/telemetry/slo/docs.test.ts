// The page on objectives says what is true: its rules are valid, its sample adds up, its numbers are the code's.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateDocument } from '../../../../../functions/config-center/validate.ts';
import { alertsOf, ENOUGH_BAD, ENOUGH_REQUESTS, PAIRS } from '../../../../../functions/telemetry/slo/alerts.ts';
import { attainedOf, budgetOf, burnRateOf } from '../../../../../functions/telemetry/slo/budget.ts';
import { beginOf, WINDOW_MS, type BurnWindow } from '../../../../../functions/telemetry/slo/windows.ts';
import { RELATIVE_ERROR } from '../../../../../middleware/telemetry/histogram.ts';

const page = readFileSync(new URL('../../../../../docs/slo.md', import.meta.url), 'utf8');
const block = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

interface Sample {
  readonly completeUntil: string;
  readonly slos: readonly [
    {
      readonly objective: number;
      readonly window: '30d';
      readonly from: string;
      readonly total: number;
      readonly good: number;
      readonly bad: number;
      readonly attained: number;
      readonly met: boolean;
      readonly budget: object;
      readonly burnRates: Record<string, { from: string; total: number; bad: number; rate: number }>;
      readonly alerts: readonly object[];
    },
  ];
}

describe('docs/slo.md', () => {
  it('shows rules that the config center accepts', () => {
    const document = parse(block('yaml')) as object;
    expect(validateDocument('orders', document)).toMatchObject({ valid: true });
  });

  it('shows an answer that adds up', () => {
    const sample = JSON.parse(block('json')) as Sample;
    const [slo] = sample.slos;
    const end = Date.parse(sample.completeUntil);
    const events = { total: slo.total, bad: slo.bad, uncertain: 0 };
    expect(slo.good + slo.bad).toBe(slo.total);
    expect(slo.attained).toBe(attainedOf(events));
    expect(slo.met).toBe(slo.attained >= slo.objective);
    expect(Date.parse(slo.from)).toBe(beginOf(slo.window, end));
    expect(slo.budget).toEqual(budgetOf(events, slo.objective, WINDOW_MS[slo.window]));
    const burnt = (window: BurnWindow) => ({ total: 0, bad: 0, uncertain: 0, ...slo.burnRates[window] });
    for (const [window, { from, rate }] of Object.entries(slo.burnRates)) {
      expect(Date.parse(from)).toBe(beginOf(window as BurnWindow, end));
      expect(burnRateOf(burnt(window as BurnWindow), slo.objective)).toBeCloseTo(rate, 9);
    }
    expect(alertsOf(burnt, slo.objective).filter(({ firing }) => firing)).toEqual(slo.alerts);
  });

  it.each(PAIRS)('names the pair of $long and $short, and what it spends of 30 days', (pair) => {
    const { severity, factor, long, short } = pair;
    const spent = Math.round((factor * WINDOW_MS[long] * 100) / WINDOW_MS['30d']);
    expect(page).toContain(`| \`${severity}\` | ${factor} | ${long} | ${short} | ${spent} % |`);
  });

  it.each([
    ['the error of the cut', `at most ${Math.ceil(RELATIVE_ERROR * 1000) / 10} % away`],
    ['how many requests are enough', `at least ${ENOUGH_REQUESTS} requests, ${ENOUGH_BAD} of them bad`],
    ['which are too few', `With fewer than ${ENOUGH_REQUESTS} \`enoughTraffic\` is false`],
  ])('states %s as it is', (_what, sentence) => {
    expect(page).toContain(sentence);
  });
});
