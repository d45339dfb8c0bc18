// Starts one fresh process on a bundled function, as Lambda starts an environment, and reads what it found.
import { spawn } from 'node:child_process';
import type { Found } from './probe.ts';

export interface Start {
  readonly probe: string;
  readonly module: string;
  readonly event: unknown;
  readonly environment: Readonly<Record<string, string>>;
  /** Says which files are loaded; the times then mean nothing. */
  readonly trace?: boolean;
}

/** What Lambda says to every function. */
const LAMBDA = {
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0123456789abcdef',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0',
  // Powertools warns that no metric was added, which a function that has some would not meet.
  NODE_NO_WARNINGS: '1',
};

/** @throws {Error} when the process fails, or its handler answers neither 200 nor, as the example does here, 404. */
export async function startFresh({ probe, module, event, environment, trace = false }: Start): Promise<Found> {
  const parameters = [probe, module, JSON.stringify(event), ...(trace ? ['trace'] : [])];
  const child = spawn(process.execPath, parameters, {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...LAMBDA, ...environment },
    // As on Lambda, standard output is a pipe.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [report, errors] = [textOf(child.stdio[3]), textOf(child.stderr)];
  child.stdout?.resume();
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${module} ended with code ${String(code)}: ${errors.text}`);
  const found = JSON.parse(report.text) as Found;
  if (found.answer !== '200' && found.answer !== '404')
    throw new Error(`${module} answered ${found.answer}, not 200 or 404: ${errors.text}`);
  return found;
}

function textOf(stream: unknown): { text: string } {
  const read = { text: '' };
  (stream as NodeJS.ReadableStream).setEncoding('utf8').on('data', (text: string) => (read.text += text));
  return read;
}
