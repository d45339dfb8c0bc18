// The pages on jobs and schedules say what is so: their rules are valid and their tables come out.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseSchedule } from '../../../functions/api/schedule.ts';
import { ruleDocument } from '../../../middleware/kernel/rules/document.ts';

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

/** The rows of every table whose header has these columns. */
function rows(text: string, header: string): string[][] {
  return text
    .split(`| ${header} |\n`)
    .slice(1)
    .flatMap((table) => {
      const lines = table.split('\n').slice(1);
      return lines
        .slice(
          0,
          lines.findIndex((line) => !line.startsWith('|')),
        )
        .map((line) =>
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim().replaceAll('`', '')),
        );
    });
}

describe('docs/schedules.md', () => {
  const table = rows(page('schedules.md'), 'expression | timezone | after | next');

  it('has examples', () => {
    expect(table).toHaveLength(33);
  });

  it.each(table)('%s in %s after %s is %s', (expression, timezone, after, next) => {
    const slot = parseSchedule(expression ?? '', timezone).next(Date.parse(after ?? '')) ?? Number.NaN;
    expect(new Date(slot).toISOString()).toBe((next ?? '').replace('Z', ':00.000Z'));
  });

  it.each(rows(page('schedules.md'), 'text | may be'))('%s is refused with both readings', (text, readings = '') => {
    const named = [...readings.matchAll(/\(((?:[a-z]+\([^)]*\))|[^()]*)\)/g)].map(([, reading = '']) => reading);
    expect(named.length).toBeGreaterThan(0);
    let reason = '';
    try {
      parseSchedule(text ?? '');
    } catch (error) {
      reason = error instanceof RangeError ? error.message : '';
    }
    for (const reading of named) expect(reason).toContain(reading);
  });
});

describe('docs/jobs.md', () => {
  it('shows rules that can be published', () => {
    const [, yaml = ''] = /```yaml\n([^`]*)```/.exec(page('jobs.md')) ?? [];
    const document = ruleDocument.parse(parse(yaml));
    expect(Object.keys(document.jobs ?? {})).toEqual(['nightly-settlement']);
  });
});
