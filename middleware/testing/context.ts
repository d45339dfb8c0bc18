// Lambda's context for tests: the time that remains is told by the test's clock.
import type { Context } from 'aws-lambda';
import type { Clock } from '../kernel/clock.ts';

export interface LambdaContextOptions {
  readonly awsRequestId?: string;
  readonly functionName?: string;
  readonly functionVersion?: string;
  readonly memoryLimitInMB?: string;
}

/** A context of an invocation that begins now and may take `timeoutMs`. */
export function lambdaContext(clock: Clock, timeoutMs: number, options: LambdaContextOptions = {}): Context {
  const end = clock.now() + timeoutMs;
  const { functionName = 'flyball-test', functionVersion = '$LATEST' } = options;
  return {
    awsRequestId: options.awsRequestId ?? 'request-1',
    functionName,
    functionVersion,
    invokedFunctionArn: `arn:aws:lambda:eu-central-1:000000000000:function:${functionName}`,
    memoryLimitInMB: options.memoryLimitInMB ?? '256',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'stream',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => end - clock.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
