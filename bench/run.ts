// `npm run bench -- [names] [--quick]`: measures, prints a table and writes bench/results/<name>.json.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../middleware/kernel/clock.ts';
import { tableOf } from './print.ts';
import { resultOf, writeResult, type Row } from './result.ts';

export interface BenchmarkOptions {
  /** Few repetitions: shows that the benchmark works, not how large its figures are. */
  readonly quick: boolean;
  /** Of benchmarks that have scenarios those alone whose names have this in them. */
  readonly only?: string | undefined;
  /** Of benchmarks that simulate: another history of the same kind. */
  readonly seed?: number | undefined;
  /** Says how far it has come. */
  readonly progress: (line: string) => void;
}

export type Measure = (options: BenchmarkOptions) => Promise<readonly Row[]>;

interface Benchmark {
  readonly about: string;
  /** Loaded when it is its turn: benchmarks bring peers along. */
  readonly load: () => Promise<Measure>;
}

const BENCHMARKS: { readonly [name: string]: Benchmark } = {
  calls: {
    about: 'what governing a call costs the processor, beside cockatiel and opossum',
    load: async () => (await import('./calls/index.ts')).measureCalls,
  },
  breaker: {
    about: 'how soon a breaker opens, what gets through until then and how it recovers, on simulated fleets',
    load: async () => (await import('./breaker/index.ts')).measureBreaker,
  },
  chain: {
    about: 'what three layers of retries make of each request when the last dependency is down, beside naive ones',
    load: async () => (await import('./chain/index.ts')).measureChain,
  },
  'cold-start': {
    about: 'what govern() adds to the start of a function, beside Powertools and the AWS SDK',
    load: async () => (await import('./cold-start/index.ts')).measureColdStart,
  },
  jobs: {
    about: 'how long the batch monitor takes to find what is due among a hundred thousand jobs, and how much memory',
    load: async () => (await import('./jobs/index.ts')).measureJobs,
  },
  rules: {
    about: 'how soon fleets decide by a new revision, and what their polls ask of the table, on simulated fleets',
    load: async () => (await import('./rules/index.ts')).measureRules,
  },
  scale: {
    about: 'how long the list of four hundred services and a scrape of them take',
    load: async () => (await import('./scale/index.ts')).measureScale,
  },
  stack: {
    about: 'what a governed stack adds to every invocation',
    load: async () => (await import('./stack/index.ts')).measureStack,
  },
  telemetry: {
    about: 'what telling of an invocation costs, beside Powertools and X-Ray; the merge of a fleet, and queries',
    load: async () => (await import('./telemetry/index.ts')).measureTelemetry,
  },
  throttle: {
    about: 'how exact a throttle is on simulated fleets and real processes, and what it costs beside the peers',
    load: async () => (await import('./throttle/index.ts')).measureThrottle,
  },
};

const USAGE = `npm run bench -- [names] [--quick] [--out <folder>]

Without a name all benchmarks are run:
${Object.entries(BENCHMARKS)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}

  --quick      few repetitions, for a look
  --only       the scenarios whose names have this in them; of breaker, rules and throttle
  --seed       a number: another history of the same kind; of breaker, rules and throttle
  --out        where to write the result files; bench/results unless given (with --quick, --only or --seed nowhere unless
               given)
`;

interface Arguments {
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly only: string | undefined;
  readonly seed: number | undefined;
  /** A folder; undefined for none. */
  readonly out: string | undefined;
  readonly help: boolean;
}

/** What an operator typed cannot be meant. */
class Unusable extends Error {
  override readonly name = 'Unusable';
}

/** @throws {Unusable} */
function argumentsOf(): Arguments {
  try {
    return parsed();
  } catch (error) {
    throw error instanceof Error ? new Unusable(error.message) : error;
  }
}

function parsed(): Arguments {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { quick = false, only } = values;
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw new Error(`--seed ${values.seed} is not a whole number`);
  const isPart = quick || only !== undefined || seed !== undefined;
  const usual = isPart ? undefined : fileURLToPath(new URL('./results', import.meta.url));
  const unknown = positionals.filter((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown.length > 0) {
    throw new Error(`there is no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  }
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
  return { names, quick, only, seed, out: values.out ?? usual, help: values.help ?? false };
}

async function run({ names, quick, only, seed, out }: Arguments): Promise<void> {
  for (const name of names) {
    const measure = await BENCHMARKS[name]?.load();
    if (!measure) continue;
    const progress = (line: string) => void process.stderr.write(`${name}: ${line}\n`);
    const result = resultOf(name, await measure({ quick, only, seed, progress }), systemClock.now());
    process.stdout.write(`${tableOf(result)}\n`);
    if (out !== undefined) progress(`written to ${writeResult(out, result)}`);
  }
}

try {
  const given = argumentsOf();
  if (given.help) process.stdout.write(USAGE);
  else await run(given);
} catch (error) {
  // What was asked for wrongly needs no stack; what went wrong does.
  if (!(error instanceof Unusable)) throw error;
  process.stderr.write(`${error.message}\n\`npm run bench -- --help\` says what there is.\n`);
  process.exitCode = 2;
}
