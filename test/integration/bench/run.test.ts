// `npm run bench`: what an operator types, and the files that runs are compared by.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../bench/result.ts';

const ROOT = join(import.meta.dirname, '../../..');
const out = mkdtempSync(join(tmpdir(), 'flyball-bench-test-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

async function bench(...parameters: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['bench/run.ts', ...parameters], {
      cwd: ROOT,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe('npm run bench', () => {
  it('says what there is', async () => {
    const { code, stdout } = await bench('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('cold-start');
    expect(stdout).toContain('--quick');
  });

  it.each([
    ['a benchmark that is not there', ['no-such'], 'there is no benchmark no-such'],
    ['an option that is not there', ['--fast'], "Unknown option '--fast'"],
  ])('refuses %s, and says where to look', async (_what, parameters, message) => {
    const { code, stderr } = await bench(...parameters);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('npm run bench -- --help');
  });
});

describe('the stack', () => {
  it('is measured over a bare handler', async () => {
    expect(await bench('stack', '--quick', '--out', out)).toMatchObject({ code: 0 });
    const { rows } = JSON.parse(readFileSync(join(out, 'stack.json'), 'utf8')) as Result;
    expect(rows.filter(({ goal }) => goal !== undefined)).toMatchObject([
      { subject: 'flyball', metric: 'stack_over_bare_ns', unit: 'ns', goal: 1000 },
    ]);
    // A difference of two may be below nothing where other work disturbs both.
    for (const row of rows) expect(row.value, JSON.stringify(row)).toSatisfy(Number.isFinite);
  });
});

describe('the cold start', () => {
  it('is measured beside the peers, in rows that can be compared', async () => {
    const { code, stderr } = await bench('cold-start', '--quick', '--out', out);
    expect(stderr).toContain('round');
    expect(code).toBe(0);
    const result = JSON.parse(readFileSync(join(out, 'cold-start.json'), 'utf8')) as Result;
    expect(result).toMatchObject({ name: 'cold-start', node: process.version });
    expect(Date.parse(result.at)).not.toBeNaN();
    for (const row of result.rows) {
      expect(row.value, JSON.stringify(row)).toBeTypeOf('number');
      if (row.goal !== undefined) expect(row.holds, JSON.stringify(row)).toBe(row.value <= row.goal);
    }
    const valueOf = (scenario: string, subject: string, metric: string) =>
      result.rows.find((row) => row.scenario === scenario && row.subject.startsWith(subject) && row.metric === metric)
        ?.value ?? NaN;
    // Sizes are the same on any machine, whatever its load.
    const sizes = ['flyball', '@aws-lambda-powertools', '@aws-sdk'].map((subject) =>
      valueOf('import', subject, 'bundle_kb'),
    );
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    const read = 'first answer, one item read';
    expect(valueOf(read, "flyball's signed client", 'cold_added_cpu_ms')).toBeLessThan(
      valueOf(read, '@aws-sdk', 'cold_added_cpu_ms'),
    );
  });
});
