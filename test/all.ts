// `npm test`: the tests of a started world, which mostly waits; beside it those of units and of integration and then of
// the package, and lint and types. The last line counts all tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';

interface Part {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What it says is shown as it comes; else when it has ended. */
  readonly shown?: boolean;
  /** The cores are its whenever it wants them; the others have the rest. */
  readonly first?: boolean;
}

interface Ended {
  readonly name: string;
  readonly code: number;
  readonly output: string;
}

/** As `nice` without a number. */
const BEHIND = 10;

async function run({ name, command, shown = false, first = false }: Part): Promise<Ended> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  if (!first && child.pid !== undefined) setPriority(child.pid, BEHIND);
  const said: Buffer[] = [];
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.on('data', (text: Buffer) => {
      said.push(text);
      if (shown) to.write(text);
    });
  }
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [code] = await ended.catch((error: unknown): [number] => {
    said.push(Buffer.from(`${String(error)}\n`));
    return [1];
  });
  const output = Buffer.concat(said).toString('utf8');
  if (!shown) process.stdout.write(`\n== ${command.join(' ')}\n${output}`);
  return { name, code: code ?? 1, output };
}

async function oneAfterTheOther(...parts: readonly Part[]): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  for (const part of parts) ended.push(await run(part));
  return ended;
}

// `npm test -- test/unit/docs`, or `-- -t 'a name'`: what a part has none of is no failure of it.
const given = process.argv.slice(2);
const rest = given.length > 0 ? [...given, '--passWithNoTests'] : [];

function vitest(...projects: readonly string[]): Part['command'] {
  return ['vitest', 'run', ...projects.flatMap((name) => ['--project', name]), ...rest];
}

/** The sums of the lines with which test runs end. */
function totalOf(runs: readonly Ended[]): string {
  const counts = runs.map(({ output }) => {
    const lines = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)];
    const [, passed = '0', failed = '0'] = lines.at(-1) ?? [];
    return { passed: Number(passed), failed: Number(failed) };
  });
  const sum = (field: 'passed' | 'failed') => counts.reduce((total, count) => total + count[field], 0);
  return `${String(sum('passed'))} passed, ${String(sum('failed'))} failed`;
}

const lanes = await Promise.all([
  oneAfterTheOther({ name: 'end-to-end tests', command: vitest('e2e'), first: true }),
  oneAfterTheOther(
    { name: 'unit and integration tests', command: vitest('unit', 'integration'), shown: true },
    { name: 'package tests', command: vitest('package') },
  ),
  oneAfterTheOther(
    { name: 'npm run lint', command: ['npm', 'run', 'lint', '--silent'] },
    { name: 'npm run types', command: ['npm', 'run', 'types', '--silent'] },
  ),
]);
const all = lanes.flat();
for (const { name, code } of all) {
  if (code !== 0) process.stdout.write(`FAILED ${name}: they end with ${String(code)}, see above\n`);
}
process.stdout.write(`${totalOf(all)}\n`);
process.exitCode = all.every(({ code }) => code === 0) ? 0 : 1;
