// A function of several instances behind the local world's own bridge: queues feed it as Lambda does.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';
import { bridgeQueues } from '../../../infra/local/queue-bridge.ts';
import type { QueueMapping } from '../../../infra/local/event-sources.ts';
import { LocalLambda } from '../../../infra/local/lambda.ts';
import { governed } from '../../../middleware/index.ts';
import { systemClock, systemRandom } from '../../../middleware/kernel/clock.ts';
import type { Instance } from '../../../middleware/kernel/instance.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Table } from '../../../store/port.ts';
import { testContext, testInstance } from '../../support/instance.ts';

export interface FleetOptions {
  readonly service: string;
  readonly rules: Omit<RuleDocument, 'apiVersion' | 'service'>;
  readonly table: Table;
  readonly instances: number;
  readonly queue: Pick<QueueMapping, 'queueArn' | 'batchSize'>;
  readonly queueUrl: string;
  readonly handle: (event: never) => unknown;
}

export interface RunningFleet {
  readonly lambda: LocalLambda;
  readonly functionName: string;
  /** Invocations whose answer was an error, and why. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

export async function startFleet(options: FleetOptions): Promise<RunningFleet> {
  const { service, rules, table, queue, queueUrl } = options;
  const functionName = `flyball-test-${service}`;
  const handlers = Array.from({ length: options.instances }, (_, n) => {
    const instance: Instance = testInstance({
      service,
      id: `i-${n}`,
      rules,
      table,
      clock: systemClock,
      random: systemRandom,
    });
    return governed<never, unknown>({ service, instance }, async (event) => options.handle(event));
  });
  let turn = 0;
  const server = createServer((request, response) => {
    const handler = handlers[turn++ % handlers.length];
    void bodyOf(request)
      .then((event) => handler?.(event as never, testContext(systemClock, 30_000, `request-${turn}`)))
      .then(
        (result) => response.end(JSON.stringify(result ?? null)),
        (error: unknown) => {
          response.setHeader('x-amz-function-error', 'Unhandled');
          response.end(JSON.stringify({ errorMessage: error instanceof Error ? error.message : String(error) }));
        },
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const failures: string[] = [];
  const log = (message: string) => void failures.push(message);
  const lambda = new LocalLambda(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, log);
  const stopBridge = bridgeQueues([{ ...queue, functionName, reportsFailures: true }], inject('sqs'), {
    lambda,
    urlOf: () => queueUrl,
    log,
    traceOf: () => undefined,
  });
  return {
    lambda,
    functionName,
    failures,
    async stop() {
      lambda.stop();
      await stopBridge(2_000);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}
