// Reads and sets AWS's own limits of concurrency.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Actuation, Kind } from './plan.ts';

export interface LambdaLimits {
  /** What is set now; undefined when nothing is. Rejects with `LimitFailed`, or `LimitBusy`. */
  read(actuation: Actuation): Promise<number | undefined>;
  /** Sets what the actuation wants. Rejects with `LimitFailed`. */
  set(actuation: Actuation): Promise<void>;
}

/** AWS refused or did not answer; the message says what to do. */
export class LimitFailed extends Error {
  override readonly name = 'LimitFailed';
  readonly code = 'LIMIT_FAILED';
}

/** Nothing is wrong: it is being changed, which AWS takes up to minutes for. */
export class LimitBusy extends Error {
  override readonly name = 'LimitBusy';
  readonly code = 'LIMIT_BUSY';
}

const PATIENCE_MS = 5_000;

export function lambdaLimits(client: () => Promise<LambdaClient>): LambdaLimits {
  return {
    read: (actuation) =>
      explained(actuation, async (abortSignal) => {
        const lambda = await client();
        if (actuation.kind === 'reservedConcurrency') {
          const { GetFunctionConcurrencyCommand } = await import('@aws-sdk/client-lambda');
          const command = new GetFunctionConcurrencyCommand({ FunctionName: actuation.target });
          return (await lambda.send(command, { abortSignal })).ReservedConcurrentExecutions;
        }
        const { GetEventSourceMappingCommand } = await import('@aws-sdk/client-lambda');
        const command = new GetEventSourceMappingCommand({ UUID: actuation.target });
        const { ScalingConfig, EventSourceArn, State } = await lambda.send(command, { abortSignal });
        if (EventSourceArn !== undefined && !/^arn:[^:]*:sqs:/.test(EventSourceArn)) {
          throw new LimitFailed(`it reads ${EventSourceArn}: only queues have a maximum concurrency`);
        }
        // Whoever changes a mapping that is being changed is refused; the next minute is soon enough.
        if (State === 'Creating' || State === 'Updating' || State === 'Deleting') {
          throw new LimitBusy(`it is being changed (${State}): looked at again in a minute`);
        }
        return ScalingConfig?.MaximumConcurrency;
      }),
    set: (actuation) =>
      explained(actuation, async (abortSignal) => {
        const lambda = await client();
        const { kind, target, wanted } = actuation;
        if (kind === 'reservedConcurrency') {
          const { PutFunctionConcurrencyCommand } = await import('@aws-sdk/client-lambda');
          const input = { FunctionName: target, ReservedConcurrentExecutions: wanted };
          await lambda.send(new PutFunctionConcurrencyCommand(input), { abortSignal });
          return;
        }
        const { UpdateEventSourceMappingCommand } = await import('@aws-sdk/client-lambda');
        const input = { UUID: target, ScalingConfig: { MaximumConcurrency: wanted } };
        await lambda.send(new UpdateEventSourceMappingCommand(input), { abortSignal });
      }),
  };
}

async function explained<T>({ kind }: Actuation, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await ask(AbortSignal.timeout(PATIENCE_MS));
  } catch (error) {
    if (error instanceof LimitFailed || error instanceof LimitBusy) throw error;
    throw new LimitFailed(whatToDo(kind, error), { cause: error });
  }
}

const STACK_PARAMETER = {
  reservedConcurrency: 'actuatedFunctions',
  maximumConcurrency: 'actuatedEventSources',
} as const;

function whatToDo(kind: Kind, error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  switch (name) {
    case 'AccessDeniedException':
      return `flyball may not change it: deploy with the parameter ${STACK_PARAMETER[kind]} (docs/concurrency.md)`;
    case 'ResourceNotFoundException':
      return 'AWS knows none of that name here: mend the rule, or remove it';
    case 'TooManyRequestsException':
      return 'AWS throttles these calls: tried again in a minute';
    case 'ResourceConflictException':
    case 'ResourceInUseException':
      return 'it is being changed by somebody else: tried again in a minute';
    case 'InvalidParameterValueException':
      return /unreserved/i.test(message)
        ? `the account must keep 100 executions that no function reserves: lower the rule's max, or have the account's limit raised (${message})`
        : `AWS does not take that value: ${message}`;
    case 'TimeoutError':
    case 'AbortError':
      return `Lambda's API did not answer within ${PATIENCE_MS / 1000} s: tried again in a minute`;
    default:
      return `${name}: ${message}`;
  }
}
