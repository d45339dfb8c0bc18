// Starts what integration tests talk to over the network: DynamoDB (dynalite, or FLYBALL_TEST_DYNAMODB_URL) and SQS (fauxqs).
// A test reads the addresses with `inject('dynamodb')` and `inject('sqs')` from vitest, and makes its own tables and queues.
import type { TestProject } from 'vitest/node';
import { startDynalite } from '../../infra/local/dynalite.ts';
import { startLocalFauxqs } from '../../infra/local/fauxqs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Endpoint of DynamoDB, e.g. http://127.0.0.1:41234 */
    dynamodb: string;
    /** Endpoint of SQS. */
    sqs: string;
  }
}

interface Emulators {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly stop: () => Promise<void>;
}

/** Several projects of one run share them, since one process has one environment; each loads this file anew. */
const SHARED = Symbol.for('flyball.test.emulators');
const shared = globalThis as { [SHARED]?: { users: number; started: Promise<Emulators> } };

export default async function startEmulators(project: TestProject): Promise<() => Promise<void>> {
  const emulators = (shared[SHARED] ??= { users: 0, started: start() });
  emulators.users += 1;
  const { dynamodb, sqs, stop } = await emulators.started;
  project.provide('dynamodb', dynamodb);
  project.provide('sqs', sqs);
  return async () => {
    emulators.users -= 1;
    if (emulators.users === 0) await stop();
  };
}

async function start(): Promise<Emulators> {
  const given = process.env.FLYBALL_TEST_DYNAMODB_URL;
  const dynalite = given === undefined || given === '' ? await startDynalite({ port: 0 }) : undefined;
  const dynamodb = dynalite?.url ?? given ?? '';
  const fauxqs = await startLocalFauxqs({ port: 0 });
  const sqs = `http://127.0.0.1:${String(fauxqs.port)}`;

  // A client made without an endpoint meets the emulators, and never a developer's real account.
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SQS: sqs,
  });
  delete process.env.AWS_SESSION_TOKEN;
  delete process.env.AWS_PROFILE;

  const stop = async () => {
    await fauxqs.stop();
    await dynalite?.stop();
  };
  return { dynamodb, sqs, stop };
}
