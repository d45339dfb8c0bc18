// What a benchmark measured, as it is kept in bench/results: one file a benchmark, comparable between runs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Row {
  /** The load or the work, e.g. `n=100 outage 100%`. */
  readonly scenario: string;
  /** `flyball`, or the peer with its version. */
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** What is to be reached; for all metrics so far less is better. */
  readonly goal?: number;
  readonly holds?: boolean;
}

export interface Result {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly node: string;
  readonly machine: string;
  readonly rows: readonly Row[];
}

/** A row with a goal that holds while the value does not exceed it. */
export function atMost(goal: number, row: Omit<Row, 'goal' | 'holds'>): Row {
  return { ...row, goal, holds: row.value <= goal };
}

export function resultOf(name: string, rows: readonly Row[], nowMs: number): Result {
  return { name, at: new Date(nowMs).toISOString(), node: process.version, machine: machine(), rows };
}

/** Writes `<folder>/<name>.json` and gives its path. */
export function writeResult(folder: string, result: Result): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${result.name}.json`);
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
  return path;
}

/** A peer's name with the version that is installed. */
export function versioned(packageName: string): string {
  const path = new URL(`../node_modules/${packageName}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string };
  return `${packageName} ${version}`;
}

function machine(): string {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${gigabytes} GB, ${process.platform} ${process.arch}`;
}
