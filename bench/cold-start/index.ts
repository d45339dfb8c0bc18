// Measures what stands between a fresh process and its first answer: fresh processes in turns, less a bare handler's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded, spread } from '../statistics.ts';
import { bundle, bytesOf, ownBytes, packageIn, type Bundle } from './bundle.ts';
import { PUBLISHED } from './functions/rules.ts';
import type { Found } from './probe.ts';
import { startFresh, type Start } from './process.ts';
import { startStore } from './store.ts';
import { BARE, SCENARIOS, type Scenario, type Subject } from './subjects.ts';

const ROUNDS = 40;
const QUICK_ROUNDS = 3;

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** As API Gateway sends it. */
const EVENT = {
  version: '2.0',
  routeKey: 'POST /orders',
  rawPath: '/orders',
  rawQueryString: '',
  headers: { 'content-type': 'application/json', host: 'api.example.com' },
  requestContext: {
    stage: '$default',
    http: { method: 'POST', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'bench' },
  },
  body: '{}',
  isBase64Encoded: false,
};

export async function measureColdStart({ quick, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const outdir = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
  const store = await startStore([PUBLISHED as unknown as RuleDocument], systemClock.now());
  try {
    const { path: probe } = await bundle(join(FOLDER, 'probe.ts'), { outdir: join(outdir, 'probe') }, false);
    const bundles = await bundleAll(outdir);
    const startOf = (subject: Subject): Start => ({
      probe,
      module: bundleOf(bundles, subject).path,
      event: EVENT,
      environment: { ...store.environment, ...subject.environment },
    });
    const sizes = await measureSizes(bundles, startOf);
    const times = await measureTimes(quick ? QUICK_ROUNDS : ROUNDS, startOf, progress);
    return [...times, ...sizes];
  } finally {
    await store.stop();
    rmSync(outdir, { recursive: true, force: true });
  }
}

const bundleKey = ({ module, oneFile = false }: Subject): string => (oneFile ? `${module}-one-file` : module);

function bundleOf(bundles: ReadonlyMap<string, Bundle>, subject: Subject): Bundle {
  const found = bundles.get(bundleKey(subject));
  if (!found) throw new Error(`${subject.name} was not bundled`);
  return found;
}

async function bundleAll(outdir: string): Promise<ReadonlyMap<string, Bundle>> {
  const library = await packageIn(join(outdir, 'package'));
  const bundles = new Map<string, Bundle>();
  for (const subject of [BARE, ...SCENARIOS.flatMap(({ subjects }) => subjects)]) {
    const key = bundleKey(subject);
    if (bundles.has(key)) continue;
    const options = { outdir: join(outdir, key), library, oneFile: subject.oneFile ?? false };
    const entry = join(FOLDER, 'functions', `${subject.module}.ts`);
    bundles.set(key, await bundle(entry, options, subject.commonJs ?? false));
  }
  return bundles;
}

/** ms a process took for what the scenario is about. */
const timeOf = ({ until }: Scenario, { importMs, firstMs }: Found): number =>
  until === 'import' ? importMs : importMs + firstMs;

/**
 * In each round every subject is started once, after a first round that only warms the disk's cache. What a subject adds
 * is told from the bare handler of its own round, so that a machine that grows slower falsifies nothing.
 */
async function measureTimes(
  rounds: number,
  startOf: (subject: Subject) => Start,
  progress: (line: string) => void,
): Promise<Row[]> {
  const added = new Map<string, number[]>();
  const bare: { importMs: number[]; answerMs: number[] } = { importMs: [], answerMs: [] };
  for (let round = 0; round <= rounds; round++) {
    if (round > 0 && (round % 10 === 0 || round === rounds)) progress(`${round} of ${rounds} rounds`);
    const base = await startFresh(startOf(BARE));
    const found = new Map<Subject, Found>();
    for (const subject of new Set(SCENARIOS.flatMap(({ subjects }) => subjects))) {
      found.set(subject, await startFresh(startOf(subject)));
    }
    if (round === 0) continue;
    bare.importMs.push(base.importMs);
    bare.answerMs.push(base.importMs + base.firstMs);
    for (const scenario of SCENARIOS) {
      for (const subject of scenario.subjects) {
        const one = found.get(subject);
        if (!one) continue;
        const key = keyOf(scenario, subject);
        added.set(key, [...(added.get(key) ?? []), timeOf(scenario, one) - timeOf(scenario, base)]);
      }
    }
  }
  return SCENARIOS.flatMap((scenario) => [
    ...rowsOf(scenario, BARE, 'cold_ms', scenario.until === 'import' ? bare.importMs : bare.answerMs),
    ...scenario.subjects.flatMap((subject) =>
      rowsOf(scenario, subject, 'cold_added_ms', added.get(keyOf(scenario, subject)) ?? []),
    ),
  ]);
}

const keyOf = (scenario: Scenario, subject: Subject): string => `${scenario.name} ${subject.name}`;

function rowsOf({ name: scenario }: Scenario, { name, goal }: Subject, metric: string, values: number[]): Row[] {
  const row = { scenario, subject: name, metric, value: rounded(median(values)), unit: 'ms' };
  return [
    goal ? atMost(goal.ms, row) : row,
    { ...row, metric: `${metric}_p10_to_p90`, value: rounded(spread(values)) },
  ];
}

/** What is loaded when, as one process of each subject found it, less what the bare handler loads. 1 KB is 1,000 bytes. */
async function measureSizes(
  bundles: ReadonlyMap<string, Bundle>,
  startOf: (subject: Subject) => Start,
): Promise<Row[]> {
  const bare = bundleOf(bundles, BARE).entryBytes;
  const kb = (bytes: number) => rounded((bytes - bare) / 1000);
  const rows: Row[] = [];
  for (const scenario of SCENARIOS) {
    for (const subject of scenario.subjects) {
      const built = bundleOf(bundles, subject);
      const row = { scenario: scenario.name, subject: subject.name, metric: 'bundle_kb', unit: 'KB' };
      const value = kb(scenario.until === 'import' ? built.entryBytes : await loadedBytes(built, startOf(subject)));
      rows.push(subject.goal ? atMost(subject.goal.kb, { ...row, value }) : { ...row, value });
    }
  }
  const whole = bundles.get('governed');
  if (whole) {
    const value = kb(ownBytes(whole));
    rows.push({ scenario: 'all there is, if ever needed', subject: 'flyball', metric: 'bundle_kb', value, unit: 'KB' });
  }
  return rows;
}

/** Bytes of the files that had been loaded when the first answer was there. */
async function loadedBytes({ files }: Bundle, start: Start): Promise<number> {
  const { loaded } = await startFresh({ ...start, trace: true });
  const paths = loaded.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  return bytesOf(files, paths);
}
