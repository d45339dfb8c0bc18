// Measures what stands between a fresh process and its first answer: fresh processes in turns, less a bare handler's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import orders from '../../functions/examples/orders/flyball.rules.json' with { type: 'json' };
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { atMost, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';
import { median, rounded, spread } from '../statistics.ts';
import { bundle, bytesOf, inPlaceOfFlyball, ownBytes, packageIn, type Bundle } from './bundle.ts';
import { PUBLISHED } from './functions/rules.ts';
import type { Found } from './probe.ts';
import { startFresh, type Start } from './process.ts';
import { startStore } from './store.ts';
import { BARE, SCENARIOS, type Scenario, type Subject } from './subjects.ts';

const ROUNDS = 40;
const QUICK_ROUNDS = 3;

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** As API Gateway sends it; there is no such order, which the example says without asking anybody. */
const EVENT = {
  version: '2.0',
  routeKey: 'GET /orders/{id}',
  rawPath: '/orders/1',
  pathParameters: { id: '1' },
  rawQueryString: '',
  headers: { 'content-type': 'application/json', host: 'api.example.com' },
  requestContext: {
    stage: '$default',
    http: { method: 'GET', path: '/orders/1', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'bench' },
  },
  isBase64Encoded: false,
};

export async function measureColdStart({ quick, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const outdir = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
  const documents = [PUBLISHED, orders] as unknown as RuleDocument[];
  const store = await startStore(documents, systemClock.now());
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

/** Everybody who is started in a round. */
const ALL: ReadonlySet<Subject> = new Set([
  BARE,
  ...SCENARIOS.flatMap(({ baseline = BARE, subjects }) => [baseline, ...subjects]),
]);

const bundleKey = ({ module, oneFile = false, ungoverned = false }: Subject): string =>
  `${basename(dirname(module))}-${basename(module)}${oneFile ? '-one-file' : ''}${ungoverned ? '-ungoverned' : ''}`;

function bundleOf(bundles: ReadonlyMap<string, Bundle>, subject: Subject): Bundle {
  const found = bundles.get(bundleKey(subject));
  if (!found) throw new Error(`${subject.name} was not bundled`);
  return found;
}

async function bundleAll(outdir: string): Promise<ReadonlyMap<string, Bundle>> {
  const library = await packageIn(join(outdir, 'package'));
  const bundles = new Map<string, Bundle>();
  for (const subject of ALL) {
    const key = bundleKey(subject);
    if (bundles.has(key)) continue;
    const plugins = subject.ungoverned ? [inPlaceOfFlyball(join(FOLDER, 'functions/ungoverned.ts'))] : [];
    const options = { outdir: join(outdir, key), library, oneFile: subject.oneFile ?? false, plugins };
    const { module } = subject;
    const entry = module.includes('/') ? join(FOLDER, '../..', module) : join(FOLDER, 'functions', `${module}.ts`);
    bundles.set(key, await bundle(entry, options, subject.commonJs ?? false));
  }
  return bundles;
}

/** What is taken from every process: ms on the clock for what the scenario is about, and ms of computing. */
const MEASURES = [
  { metric: 'cold_added_ms', of: timeOf },
  { metric: 'cold_added_cpu_ms', of: cpuOf },
] as const;

function timeOf({ until }: Scenario, { importMs, firstMs }: Found): number {
  return until === 'import' ? importMs : importMs + firstMs;
}

/** Only of whole runs: what is computed when an import is over may be for what comes next. */
function cpuOf({ until }: Scenario, { cpuMs }: Found): number | undefined {
  return until === 'import' ? undefined : cpuMs;
}

/** What one round found, by subject. */
type Round = ReadonlyMap<Subject, Found>;

/**
 * In each round every subject is started once, after a first round that only warms the disk's cache. What a subject adds
 * is told from the baseline of its own round, so that a machine that grows slower falsifies nothing.
 */
async function measureTimes(
  count: number,
  startOf: (subject: Subject) => Start,
  progress: (line: string) => void,
): Promise<Row[]> {
  const rounds: Round[] = [];
  for (let i = 0; i <= count; i++) {
    if (i > 0 && (i % 10 === 0 || i === count)) progress(`round ${i} of ${count}`);
    const found = new Map<Subject, Found>();
    for (const subject of ALL) found.set(subject, await startFresh(startOf(subject)));
    if (i > 0) rounds.push(found);
  }
  return SCENARIOS.flatMap((scenario) => scenario.subjects.flatMap((subject) => rowsOf(scenario, subject, rounds)));
}

function rowsOf(scenario: Scenario, subject: Subject, rounds: readonly Round[]): Row[] {
  return MEASURES.flatMap(({ metric, of }) => {
    const added = rounds.flatMap((round) => {
      const [base, one] = [round.get(scenario.baseline ?? BARE), round.get(subject)];
      const [without, withIt] = [base && of(scenario, base), one && of(scenario, one)];
      return without === undefined || withIt === undefined ? [] : [withIt - without];
    });
    if (added.length === 0) return [];
    const row = { scenario: scenario.name, subject: subject.name, metric, value: rounded(median(added)), unit: 'ms' };
    const judged = subject.goal && metric === 'cold_added_ms' ? atMost(subject.goal.ms, row) : row;
    return [judged, { ...row, metric: `${metric}_p10_to_p90`, value: rounded(spread(added)) }];
  });
}

/** What is loaded when, as one process of each subject found it, less what the baseline loads. 1 KB is 1,000 bytes. */
async function measureSizes(
  bundles: ReadonlyMap<string, Bundle>,
  startOf: (subject: Subject) => Start,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const scenario of SCENARIOS) {
    const { entryBytes: without } = bundleOf(bundles, scenario.baseline ?? BARE);
    const kb = (bytes: number) => rounded((bytes - without) / 1000);
    for (const subject of scenario.subjects) {
      const built = bundleOf(bundles, subject);
      const row = { scenario: scenario.name, subject: subject.name, metric: 'bundle_kb', unit: 'KB' };
      const value = kb(scenario.until === 'import' ? built.entryBytes : await loadedBytes(built, startOf(subject)));
      rows.push(subject.goal ? atMost(subject.goal.kb, { ...row, value }) : { ...row, value });
    }
  }
  const [governed] = SCENARIOS[0]?.subjects ?? [];
  if (governed) {
    const value = rounded((ownBytes(bundleOf(bundles, governed)) - bundleOf(bundles, BARE).entryBytes) / 1000);
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
