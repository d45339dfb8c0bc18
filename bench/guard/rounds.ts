// Asks several ways in turns, each time in a fresh process, so that what slows the machine slows them all.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { atMost, type Row } from '../result.ts';
import { median, rounded, spread } from '../statistics.ts';
import type { Found } from './probe.ts';

const PROBE = join(import.meta.dirname, 'probe.ts');
/** DESIGN's, in ns. */
const GOAL_NS = 400;
const GOAL_CALL_NS = 1_000;

export interface Asked {
  readonly way: string;
  readonly scenario: string;
  /** What it does for that. */
  readonly subject: () => string;
  readonly calls: number;
  /** What has been promised of a guard is promised of this. */
  readonly goals?: boolean;
}

export type Asking = readonly [asked: Asked, found: readonly Found[]];

export interface Rounds {
  /** Absolute path of the file whose `WAYS` are asked. */
  readonly file: string;
  readonly rounds: number;
  readonly progress: (line: string) => void;
  readonly about: string;
  readonly remote?: readonly string[];
}

export async function inTurns(
  ways: readonly Asked[],
  { file, rounds, progress, about, remote = [] }: Rounds,
): Promise<readonly Asking[]> {
  const found = ways.map((asked): [Asked, Found[]] => [asked, []]);
  for (let round = 1; round <= rounds; round++) {
    for (const [{ way, calls }, each] of found) {
      const { stdout } = await promisify(execFile)(process.execPath, [PROBE, file, way, String(calls), ...remote]);
      each.push(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found);
    }
    if (ways.length > 0) progress(`${about}, round ${round}`);
  }
  return found;
}

export function guardRows([{ scenario, subject, goals }, found]: Asking): readonly Row[] {
  const row = (metric: string, values: readonly number[], goal?: number): Row => {
    const plain = { scenario, subject: subject(), metric, value: rounded(median(values)), unit: 'ns' };
    return goal === undefined || !goals ? plain : atMost(goal, plain);
  };
  const ns = found.map(({ nsPerCall }) => nsPerCall);
  return [
    row('guard_ns_p50', ns, GOAL_NS),
    { ...row('guard_ns_p10_to_p90', ns), value: rounded(spread(ns)) },
    row(
      'guard_call_ns_p99',
      found.map(({ callNsP99 }) => callNsP99),
      GOAL_CALL_NS,
    ),
  ];
}
