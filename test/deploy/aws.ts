// Reads, and now and then writes, what is in the emulated AWS: any operation of any service, by boto3's names.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, inject } from 'vitest';
import { CREDENTIALS, PYTHON, REGION, withoutAws } from '../../infra/deploy/moto.ts';

/** What AWS answered instead: `name` is its error's code. */
export class AwsError extends Error {
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

interface Reply {
  readonly answer?: unknown;
  readonly error?: string;
  readonly message?: string;
}

let asking: { child: ChildProcessWithoutNullStreams; lines: Interface } | undefined;
let last: Promise<unknown> = Promise.resolve();

/** One request, after those before it. Pages are put together. Throws AwsError. */
export function aws<Answer>(service: string, operation: string, args: Record<string, unknown> = {}): Promise<Answer> {
  const turn = last.then(() => ask<Answer>(service, operation, args));
  last = turn.catch(() => undefined);
  return turn;
}

async function ask<Answer>(service: string, operation: string, args: Record<string, unknown>): Promise<Answer> {
  asking ??= start();
  const { child, lines } = asking;
  const line = await new Promise<string>((resolve, reject) => {
    const ended = () => reject(new Error(`${PYTHON} infra/deploy/ask.py ended at ${service} ${operation}.`));
    child.once('exit', ended);
    lines.once('line', (text) => {
      child.off('exit', ended);
      resolve(text);
    });
    child.stdin.write(`${JSON.stringify([service, operation, args])}\n`);
  });
  const { answer, error, message = '' } = JSON.parse(line) as Reply;
  if (error !== undefined) throw new AwsError(error, message);
  return answer as Answer;
}

function start() {
  const child = spawn(PYTHON, [join('infra', 'deploy', 'ask.py'), inject('moto'), REGION], {
    env: { ...withoutAws(process.env), ...CREDENTIALS },
  });
  return { child, lines: createInterface({ input: child.stdout }) };
}

afterAll(() => {
  asking?.child.kill();
  asking = undefined;
});
