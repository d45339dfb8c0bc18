// `npm test`: unit and integration tests first; then, while the started world mostly waits, the package's tests, lint and
// types beside its own. The last line counts all tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a command; what it says is shown as it comes, or, if it is one beside others, when it has ended. */
async function run(command: readonly [string, ...string[]], beside: boolean): Promise<Ended> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.on('data', (text: Buffer) => {
      said.push(text);
      if (!beside) to.write(text);
    });
  }
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [code] = await ended.catch((error: unknown): [number] => {
    said.push(Buffer.from(`${String(error)}\n`));
    return [1];
  });
  const output = Buffer.concat(said).toString('utf8');
  if (beside) process.stdout.write(`\n== ${command.join(' ')}\n${output}`);
  return { code: code ?? 1, output };
}

// `npm test -- test/unit/docs`, or `-- -t 'a name'`: what a part has none of is no failure of it.
const given = process.argv.slice(2);
const rest = given.length > 0 ? [...given, '--passWithNoTests'] : [];

const vitest = (projects: readonly string[], beside = false) =>
  run(['vitest', 'run', ...projects.flatMap((name) => ['--project', name]), ...rest], beside);

/** One after the other: the tests beside them want a core for themselves. */
async function meanwhile(): Promise<readonly Ended[]> {
  const packed = await vitest(['package'], true);
  const lint = await run(['npm', 'run', 'lint', '--silent'], true);
  return [packed, lint, await run(['npm', 'run', 'types', '--silent'], true)];
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

const first = await vitest(['unit', 'integration']);
const [world, beside] = await Promise.all([vitest(['e2e']), meanwhile()]);
const all = [first, world, ...beside];
const names = ['unit and integration tests', 'end-to-end tests', 'package tests', 'npm run lint', 'npm run types'];
for (const [i, { code }] of all.entries()) {
  if (code !== 0) process.stdout.write(`FAILED ${names[i] ?? ''}: they end with ${String(code)}, see above\n`);
}
process.stdout.write(`${totalOf(all)}\n`);
process.exitCode = all.every(({ code }) => code === 0) ? 0 : 1;
