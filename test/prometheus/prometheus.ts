// A Prometheus of a test's own: it scrapes one address every second into a folder of its own, and answers PromQL.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '../../infra/local/ports.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  query(expression: string): Promise<Sample[]>;
  /** The value of an expression that has one; NaN when it has none. */
  value(expression: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startPrometheus(program: string, address: string, credentials: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-prometheus-'));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'flyball', authorization: { credentials }, static_configs: [{ targets: [address] }] }],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const { http: port } = await freePorts();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);

  async function query(expression: string): Promise<Sample[]> {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`);
    const { data, error } = (await response.json()) as {
      readonly data?: {
        readonly result: { readonly metric: Record<string, string>; readonly value: [number, string] }[];
      };
      readonly error?: string;
    };
    if (!data) throw new Error(`Prometheus refuses ${expression}: ${String(error)}`);
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  for (let polls = 0; !(await isReady(url)); polls++) {
    if (polls > 1_200 || child.exitCode !== null) throw new Error('Prometheus does not come up; its log is above');
    await pause(100);
  }
  return {
    query,
    value: async (expression) => (await query(expression))[0]?.value ?? NaN,
    stop: async () => {
      process.off('exit', end);
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok;
  } catch {
    return false;
  }
}
