// Runs schemathesis and reads its report: of each operation what was tried and what was wrong.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CONFIG, SCHEMATHESIS } from '../../infra/schemathesis/tools.ts';

export interface Tried {
  cases: number;
  /** Of all answers. */
  readonly statuses: number[];
  /** Each with what was sent and answered. */
  readonly failures: string[];
}

/** As much as is read here of its report: one event a line. */
interface Event {
  readonly ScenarioFinished?: { readonly phase: string; readonly recorder: Recorder };
  readonly NonFatalError?: { readonly label: string; readonly info?: { readonly message?: string } };
}

interface Recorder {
  readonly label: string;
  readonly cases?: Readonly<Record<string, { readonly value: Sent }>>;
  readonly checks?: Readonly<Record<string, readonly Check[]>>;
  readonly interactions?: Readonly<Record<string, { readonly response?: Answered | null }>>;
}

interface Sent {
  readonly path_parameters?: object;
  readonly query?: object;
  readonly headers?: object;
  readonly body?: unknown;
  readonly media_type?: string;
}

interface Answered {
  readonly status_code: number;
  readonly content?: { readonly $base64: string } | null;
}

interface Check {
  readonly name: string;
  readonly status: string;
  readonly failure_info?: { readonly failure?: { readonly title?: string; readonly message?: string } };
}

const LONGEST = 1_500;

/** By operation, `GET /v1/services`. @throws {Error} when schemathesis itself fails. */
export async function runSchemathesis(url: string, token: string, folder: string): Promise<ReadonlyMap<string, Tried>> {
  const report = join(folder, 'report.ndjson');
  const options = ['--report', 'ndjson', '--report-ndjson-path', report, '--output-sanitize', 'true'];
  const child = spawn(SCHEMATHESIS, ['--config-file', CONFIG, 'run', url, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FLYBALL_TOKEN: token, NO_COLOR: '1', PYTHONHASHSEED: '0' },
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  // 1: something was found, which is told operation by operation.
  if (code !== 0 && code !== 1)
    throw new Error(`schemathesis ended with ${String(code)}:\n${output.join('').slice(-5_000)}`);
  const tried = await read(report);
  const cases = [...tried.values()].reduce((sum, one) => sum + one.cases, 0);
  process.stdout.write(`${String(cases)} requests of ${String(tried.size)} operations were tried\n`);
  return tried;
}

async function read(report: string): Promise<ReadonlyMap<string, Tried>> {
  const tried = new Map<string, Tried>();
  const of = (label: string) => {
    const known = tried.get(label) ?? { cases: 0, statuses: [], failures: [] };
    tried.set(label, known);
    return known;
  };
  for await (const line of createInterface({ input: createReadStream(report) })) {
    const { ScenarioFinished: scenario, NonFatalError: error } = JSON.parse(line) as Event;
    if (error) of(error.label).failures.push(error.info?.message ?? JSON.stringify(error).slice(0, LONGEST));
    if (!scenario) continue;
    const { label, cases = {}, checks = {}, interactions = {} } = scenario.recorder;
    const one = of(label);
    one.cases += Object.keys(cases).length;
    for (const { response } of Object.values(interactions)) if (response) one.statuses.push(response.status_code);
    for (const [id, made] of Object.entries(checks)) {
      for (const check of made.filter(({ status }) => status === 'failure')) {
        one.failures.push(told(scenario.phase, check, cases[id]?.value, interactions[id]?.response));
      }
    }
  }
  return tried;
}

function told(phase: string, { name, failure_info: info }: Check, sent: Sent = {}, answered?: Answered | null): string {
  const { path_parameters: params, query, headers, body, media_type: type } = sent;
  const said = Buffer.from(answered?.content?.$base64 ?? '', 'base64').toString('utf8');
  const parts = [
    `${name} (${phase}): ${info?.failure?.title ?? ''} ${info?.failure?.message ?? ''}`,
    `sent ${JSON.stringify({ params, query, headers, type, body })}`,
    `answered ${String(answered?.status_code ?? 'nothing')} ${said}`,
  ];
  return parts.map((part) => part.slice(0, LONGEST)).join('\n');
}
