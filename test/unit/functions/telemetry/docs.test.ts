// The page on telemetry says what is true: its rules are valid, its request is taken, its numbers are the code's.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateDocument } from '../../../../functions/config-center/validate.ts';
import { seriesQueryOf } from '../../../../functions/telemetry/series/query.ts';
import { ENDS_MS } from '../../../../functions/telemetry/metrics/counters.ts';
import { MOST_BYTES } from '../../../../functions/telemetry/series/reader.ts';
import { LARGEST_ITEM_BYTES } from '../../../../middleware/telemetry/fit.ts';
import { RELATIVE_ERROR } from '../../../../middleware/telemetry/histogram.ts';
import { MINUTE_KEPT_MS } from '../../../../store/items/telemetry.ts';

const page = readFileSync(new URL('../../../../docs/telemetry.md', import.meta.url), 'utf8');
const block = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

describe('docs/telemetry.md', () => {
  it('shows rules that the config center accepts', () => {
    const document = { apiVersion: 'flyball/v1', service: 'orders', ...(parse(block('yaml')) as object) };
    expect(validateDocument('orders', document)).toMatchObject({ valid: true });
  });

  it('shows a request that is taken, and an answer of the same range', () => {
    const { searchParams } = new URL(block('http').replace('GET ', '').trim(), 'https://flyball.test');
    const { from, to, stepMs, subject } = seriesQueryOf(searchParams, 0);
    expect(JSON.parse(block('json'))).toMatchObject({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      stepMs,
      [subject.kind]: subject.kind === 'service' ? '' : subject.name,
    });
  });

  it.each(['service', 'resource', 'dependency', 'source'])('names every metric of a %s', (kind) => {
    const query = new URLSearchParams({
      service: 'orders',
      metric: 'none',
      ...(kind === 'service' ? {} : { [kind]: 'a' }),
    });
    let known = '';
    try {
      seriesQueryOf(query, 0);
    } catch (error) {
      known = /is one of ([^;]+);/.exec(String(error))?.[1] ?? '';
    }
    const row = page.split('\n').find((line) => line.startsWith('| `metric`')) ?? '';
    expect(known.split(', ').filter((metric) => !row.includes(`\`${metric}\``))).toEqual([]);
    expect(known).toContain('count');
  });

  it.each([
    ['the error of a percentile', `at most ${Math.ceil(RELATIVE_ERROR * 1000) / 10} %`],
    ['the largest item', `at most ${LARGEST_ITEM_BYTES / 1024} KB`],
    ['how long minutes are kept', `kept for ${MINUTE_KEPT_MS / 3_600_000} hours`],
    ['how much is read at once', `More than ${MOST_BYTES / 2 ** 20} MB`],
    ['where buckets for Prometheus end', `end at ${ENDS_MS.slice(0, -1).join(', ')} and ${String(ENDS_MS.at(-1))} ms`],
  ])('states %s as it is', (_what, sentence) => {
    expect(page).toContain(sentence);
  });
});
