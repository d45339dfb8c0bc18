// What governing a call costs the processor, beside the libraries that do the same within one process.
import { join } from 'node:path';
import { guardRows, inTurns, type Asked } from '../guard/rounds.ts';
import { versioned, type Row } from '../result.ts';
import type { BenchmarkOptions } from '../run.ts';

const file = join(import.meta.dirname, 'ways.ts');
const ROUNDS = 5;
const QUICK_ROUNDS = 1;

const GUARD = 'a throttle, a deadline, a breaker and the records of them, no promise';
const PATH = 'three attempts at most, a breaker, a time limit around a function that is done at once';
const BREAKER = 'a breaker around a function that is done at once';
const NOTHING = 'a function that is done at once';

const WAYS: readonly Asked[] = [
  {
    ...{ way: 'flyball-guard', scenario: GUARD, calls: 200_000, goals: true },
    subject: () => 'flyball: the decisions before and the records after an attempt',
  },
  {
    way: 'flyball-path',
    scenario: PATH,
    calls: 40_000,
    subject: () => 'flyball.run, the call and its attempts counted',
  },
  {
    ...{ way: 'cockatiel-path', scenario: PATH, calls: 40_000 },
    subject: () => `${versioned('cockatiel')}: wrap(retry, circuitBreaker, timeout), nothing counted`,
  },
  {
    ...{ way: 'cockatiel-four', scenario: PATH, calls: 40_000 },
    subject: () => `${versioned('cockatiel')}: wrap(retry, circuitBreaker, timeout, bulkhead), nothing counted`,
  },
  {
    ...{ way: 'opossum-path', scenario: PATH, calls: 40_000 },
    subject: () => `${versioned('opossum')}: a breaker with its timeout, which has no retries; its own counts`,
  },
  {
    way: 'flyball-breaker',
    scenario: BREAKER,
    calls: 40_000,
    subject: () => 'flyball.run, the call and its attempt counted',
  },
  {
    ...{ way: 'cockatiel-breaker', scenario: BREAKER, calls: 40_000 },
    subject: () => `${versioned('cockatiel')}: circuitBreaker, nothing counted`,
  },
  {
    ...{ way: 'opossum-breaker', scenario: BREAKER, calls: 40_000 },
    subject: () => `${versioned('opossum')}: a breaker without a timeout; its own counts`,
  },
  {
    way: 'flyball-nothing',
    scenario: NOTHING,
    calls: 40_000,
    subject: () => 'flyball.run without a rule, the call counted',
  },
  { way: 'bare', scenario: NOTHING, calls: 40_000, subject: () => 'awaited' },
];

export async function measureCalls({ quick, only, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  const asked = WAYS.filter(({ way, scenario }) => only === undefined || way.includes(only) || scenario.includes(only));
  const found = await inTurns(asked, { file, rounds: quick ? QUICK_ROUNDS : ROUNDS, progress, about: 'calls' });
  return found.flatMap(guardRows);
}
