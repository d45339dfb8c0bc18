// Sixteen real processes under one throttle in a real table, some of them stopped, continued and killed meanwhile.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../../middleware/kernel/clock.ts';
import { seededRandom } from '../../../middleware/testing/random.ts';
import { atMost, type Row } from '../../result.ts';
import type { BenchmarkOptions } from '../../run.ts';
import { createNamedTable, startStore } from '../../telemetry/store.ts';
import { historyOf, type History } from './log.ts';

const PROBE = join(import.meta.dirname, 'probe.ts');
const PROCESSES = 16;
const RPS = 20;
const LIMIT = { perSecond: 120, burst: 1_200 };
const RULE = { limit: `${LIMIT.perSecond}/s`, burst: LIMIT.burst, whenStoreFails: 'reject' };
/** Clocks are off by up to so much, ms: within what is promised, with room for an exchange. */
const MOST_OFFSET_MS = 30;
/** By then the burst has been spent: 320 ask a second, 120 come back. */
const DRAINED_S = 12;
const MEASURED_S = 25;
const QUICK_MEASURED_S = 6;
/** Somebody is stopped so often, and for so long; and so often somebody is killed and replaced. */
const STOP_EVERY_S = 0.5;
const STOPPED_S = 2;
const KILL_EVERY_S = 2;
const NAME = `${PROCESSES} processes, stopped and killed`;

export async function measureProcesses({ quick, only, seed = 1, progress }: BenchmarkOptions): Promise<readonly Row[]> {
  if (only !== undefined && !NAME.includes(only)) return [];
  const store = await startStore();
  const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
  try {
    const { tableName } = await createNamedTable(store.url);
    const fleet = new ProcessFleet(store.url, tableName, folder, seededRandom(seed));
    const measuredS = quick ? QUICK_MEASURED_S : MEASURED_S;
    const found = await fleet.run(measuredS);
    progress(
      `${NAME}: over ${found.overAdmission.toFixed(1)}  rate ${(-found.rateErrorPct).toFixed(2)}%  writes/req ${(found.writes / found.requests).toFixed(4)}  waited ${((100 * found.waited) / found.requests).toFixed(2)}%  ${found.requests} requests`,
    );
    return rowsOf(`${NAME}, ${store.name}`, found);
  } finally {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(scenario: string, found: History): readonly Row[] {
  const row = (metric: string, value: number, unit: string): Row => ({
    ...{ scenario, subject: 'flyball', metric, unit },
    value: Math.round(value * 10_000) / 10_000,
  });
  return [
    atMost(0, row('over_admission_tokens', Math.max(0, found.overAdmission), 'tokens')),
    row('rate_error_pct', Math.abs(found.rateErrorPct), '%'),
    row('store_writes_per_request', found.writes / found.requests, 'writes'),
    row('waited_share', found.waited / found.requests, 'share'),
  ];
}

const pause = (s: number) => new Promise<void>((resolve) => void setTimeout(resolve, s * 1000));
const nowUs = () => (performance.timeOrigin + performance.now()) * 1000;

class ProcessFleet {
  readonly #endpoint: string;
  readonly #tableName: string;
  readonly #folder: string;
  readonly #random: Random;
  readonly #running: ChildProcess[] = [];
  #started = 0;

  constructor(endpoint: string, tableName: string, folder: string, random: Random) {
    this.#endpoint = endpoint;
    this.#tableName = tableName;
    this.#folder = folder;
    this.#random = random;
  }

  async run(measuredS: number): Promise<History> {
    try {
      for (let i = 0; i < PROCESSES; i++) this.#start(i);
      await pause(DRAINED_S);
      const fromUs = nowUs();
      await this.#disturb(measuredS);
      const toUs = nowUs();
      await this.#end();
      return historyOf(this.#logs(), LIMIT, fromUs, toUs);
    } finally {
      await this.#end();
    }
  }

  #start(place: number): void {
    const number = this.#started++;
    const offsetMs = Math.round((2 * this.#random() - 1) * MOST_OFFSET_MS);
    const log = join(this.#folder, `${number}.log`);
    const parameters = [this.#endpoint, this.#tableName, log, number + 1, offsetMs, RPS, JSON.stringify(RULE)];
    this.#running[place] = spawn(process.execPath, [PROBE, ...parameters.map(String)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  async #disturb(forS: number): Promise<void> {
    const until = performance.now() + forS * 1000;
    for (let i = 1; performance.now() < until; i++) {
      await pause(STOP_EVERY_S);
      const stopped = this.#running[this.#place()];
      stopped?.kill('SIGSTOP');
      setTimeout(() => stopped?.kill('SIGCONT'), STOPPED_S * 1000);
      if (i % (KILL_EVERY_S / STOP_EVERY_S) !== 0) continue;
      const place = this.#place();
      this.#running[place]?.kill('SIGKILL');
      this.#start(place);
    }
  }

  #place(): number {
    return Math.floor(this.#random() * PROCESSES);
  }

  async #end(): Promise<void> {
    const alive = this.#running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const ends = alive.map((child) => once(child, 'exit'));
    for (const child of alive) child.kill('SIGKILL');
    await Promise.all(ends);
  }

  #logs(): string[] {
    return readdirSync(this.#folder).map((name) => readFileSync(join(this.#folder, name), 'utf8'));
  }
}
