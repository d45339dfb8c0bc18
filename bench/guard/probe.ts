// Runs in a fresh process: asks one way over and over, and says what a call took.
// `node probe.ts <file with WAYS> <way> <calls> [<endpoint> <table>]`
import { median, quantile } from '../statistics.ts';
import type { Ways } from './way.ts';

/** What one process found. */
export interface Found {
  /** Of the processor's time, the median of the batches. */
  readonly nsPerCall: number;
  /** From its beginning to its end, of calls that were timed one by one, less what timing takes. */
  readonly callNsP50: number;
  readonly callNsP99: number;
  /** The share of calls that gave a promise. */
  readonly promised: number;
  readonly writesPerCall: number;
}

const BATCHES = 20;
/** What passes between batches: at ten thousand calls a batch less than the limit. */
const BETWEEN_MS = 50;
const SINGLE_CALLS_SHARE = 0.25;

const [, , file = '', name = '', count = '0', endpoint, tableName] = process.argv;
const { WAYS } = (await import(file)) as { readonly WAYS: Ways };
const make = WAYS[name];
if (!make) throw new Error(`there is no way ${name}`);
const way = await make(endpoint && tableName ? { endpoint, tableName } : undefined);
const calls = Number(count);
let asked = 0;
let promised = 0;

/** What runs beside the handler gets its turn. */
const pause = () => new Promise((resolve) => setImmediate(resolve));

async function batch(size: number): Promise<number> {
  const begun = process.cpuUsage();
  for (let i = 0; i < size; i++) {
    const waiting = way.ask(asked++);
    if (waiting instanceof Promise) {
      promised++;
      await waiting;
    }
  }
  const { user, system } = process.cpuUsage(begun);
  return ((user + system) * 1000) / size;
}

async function single(): Promise<number> {
  const begun = process.hrtime.bigint();
  const waiting = way.ask(asked++);
  if (waiting instanceof Promise) await waiting;
  return Number(process.hrtime.bigint() - begun);
}

function timing(): number {
  const took = Array.from({ length: 10_000 }, () => {
    const begun = process.hrtime.bigint();
    return Number(process.hrtime.bigint() - begun);
  });
  return median(took);
}

async function inBatches(of: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < BATCHES; i++) {
    found.push(await batch(Math.ceil(of / BATCHES)));
    way.advance?.(BETWEEN_MS);
    await pause();
  }
  return found;
}

await inBatches(calls);
[asked, promised] = [0, 0];
const writtenBefore = way.writes?.() ?? 0;
const found = await inBatches(calls);
const [total, promises, writes] = [asked, promised, (way.writes?.() ?? 0) - writtenBefore];

const overheadNs = timing();
const singles: number[] = [];
const wanted = Math.max(100, calls * SINGLE_CALLS_SHARE);
for (let i = 0; i < wanted; i++) {
  singles.push(Math.max(0, (await single()) - overheadNs));
  if (i % 5_000 !== 0) continue;
  way.advance?.(BETWEEN_MS);
  await pause();
}

const result: Found = {
  nsPerCall: median(found),
  callNsP50: quantile(singles, 0.5),
  callNsP99: quantile(singles, 0.99),
  promised: promises / total,
  writesPerCall: writes / total,
};
process.stdout.write(JSON.stringify(result));
process.exit(0);
