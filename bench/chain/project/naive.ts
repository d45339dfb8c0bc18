// The same three layers as they are often written: each tries three times, and knows nothing of the others.
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { announce } from './announce.ts';

const ATTEMPTS = 3;

// The client's own three attempts are off: they would make three of each of these.
const client = new LambdaClient({ maxAttempts: 1 });

async function threeTimes(work: () => Promise<void>): Promise<{ readonly done: true }> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return { done: true };
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
    }
  }
}

async function invoke(name: string): Promise<void> {
  const { FunctionError } = await client.send(
    new InvokeCommand({ FunctionName: `chain-local-${name}`, Payload: '{}' }),
  );
  if (FunctionError !== undefined) throw new Error(`${name} failed`);
}

async function last(): Promise<void> {
  const { status } = await fetch(process.env['CHAIN_LAST_URL'] ?? '', { method: 'POST' });
  if (status >= 400) throw new Error(`the last dependency answered ${status}`);
}

await announce();

export const first = () => threeTimes(() => invoke('naive-second'));
export const second = () => threeTimes(() => invoke('naive-third'));
export const third = () => threeTimes(last);
