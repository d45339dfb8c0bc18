// Asks Lambda to run a function, once and without waiting for it.
import type { LambdaClient } from '@aws-sdk/client-lambda';

export interface Invoked {
  /** The request id that the run will have, where Lambda names it. */
  readonly requestId: string | undefined;
}

/** Rejects with `InvokeRefused` when nothing was started, and with `InvokeUnsure` when nobody knows. */
export type InvokeLater = (functionName: string, qualifier: string | undefined, payload: string) => Promise<Invoked>;

export type InvokeRefusal = 'denied' | 'unknown' | 'busy' | 'unfit';

/** Lambda has not taken it; the message says why and what to do. */
export class InvokeRefused extends Error {
  override readonly name = 'InvokeRefused';
  readonly code = 'INVOKE_REFUSED';
  readonly kind: InvokeRefusal;

  constructor(kind: InvokeRefusal, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Lambda did not answer, or failed: it may have taken it. */
export class InvokeUnsure extends Error {
  override readonly name = 'InvokeUnsure';
  readonly code = 'INVOKE_UNSURE';
}

const PATIENCE_MS = 5_000;

/** Loaded when it is first needed: few requests start a job. Tried once, since a second try could start a second run. */
const defaultClient = () =>
  import('@aws-sdk/client-lambda').then(({ LambdaClient }) => new LambdaClient({ maxAttempts: 1 }));

export function lambdaInvoker(makeClient: () => Promise<LambdaClient> = defaultClient): InvokeLater {
  let client: Promise<LambdaClient> | undefined;
  return async (functionName, qualifier, payload) => {
    const { InvokeCommand } = await import('@aws-sdk/client-lambda');
    const lambda = await (client ??= makeClient());
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: Buffer.from(payload),
      ...(qualifier === undefined ? {} : { Qualifier: qualifier }),
    });
    try {
      const { $metadata } = await lambda.send(command, { abortSignal: AbortSignal.timeout(PATIENCE_MS) });
      return { requestId: $metadata.requestId };
    } catch (error) {
      throw explained(qualifier === undefined ? functionName : `${functionName}:${qualifier}`, error);
    }
  };
}

function explained(target: string, error: unknown): Error {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const status = statusOf(error);
  if (name === 'AccessDeniedException' || name === 'KMSAccessDeniedException') {
    return new InvokeRefused(
      'denied',
      `Lambda lets flyball not invoke ${target}, though the parameter startableFunctions has it: a permissions boundary or another policy of the account forbids lambda:InvokeFunction to the role of batch-monitor (docs/iam.md). ${message}`,
      { cause: error },
    );
  }
  if (name === 'ResourceNotFoundException') {
    const advice = 'once its schedule has run the job by another function, that one is started';
    return new InvokeRefused('unknown', `Lambda knows no ${target} any more: ${advice}.`, { cause: error });
  }
  if (status === 429) {
    return new InvokeRefused('busy', `Lambda takes no more calls of ${target} at the moment; try again shortly.`, {
      cause: error,
    });
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new InvokeRefused('unfit', `Lambda did not take it: ${name}: ${message}`, { cause: error });
  }
  return new InvokeUnsure(`Lambda did not say whether it runs ${target} (${name}: ${message})`, { cause: error });
}

function statusOf(error: unknown): number | undefined {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return typeof status === 'number' ? status : undefined;
}
