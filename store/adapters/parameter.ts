// Reads one parameter of AWS Systems Manager by a signed POST: its SDK client would cost a cold start 60 ms for one call.
import { StoreRejected, StoreUnavailable } from '../port.ts';
import type { TimeSource } from '../time.ts';
import { destinationFrom, type Environment } from './destination.ts';
import { exchanger } from './exchange.ts';
import { errorType } from './failures.ts';
import { signer } from './sign.ts';

const API = ['ssm', 'AmazonSSM', 'application/x-amz-json-1.1'] as const;
/** On the way to a handler; who has more time says so. */
const LIMIT_MS = 1_000;

/**
 * The parameter's value, decrypted.
 * @throws {StoreUnavailable} without an answer, {StoreRejected} when there is none or this role may not read it.
 */
export async function readParameter(
  name: string,
  clock: TimeSource,
  signal: AbortSignal,
  environment: Environment = process.env,
  timeoutMs: number = LIMIT_MS,
): Promise<string> {
  const what = `the parameter "${name}"`;
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? '';
  const override = environment['AWS_ENDPOINT_URL_SSM'] || environment['AWS_ENDPOINT_URL'];
  const { endpoint, credentials } = destinationFrom({ endpoint: override || regional(region) }, environment)();
  const body = JSON.stringify({ Name: name, WithDecryption: true });
  const headers = signer(...API)({
    host: endpoint.host,
    path: endpoint.pathname,
    region,
    operation: 'GetParameter',
    body,
    credentials,
    nowMs: clock.now(),
  });
  // A connection of its own: the next call is minutes away, perhaps on the other side of a freeze.
  const answer = await exchanger(clock)({
    what,
    endpoint,
    headers: { ...headers, connection: 'close' },
    body,
    timeoutMs,
    signal,
  });
  const said = jsonOf(answer.body);
  if (answer.status === 200) {
    const { Value: value } = recordOf(said['Parameter']);
    if (typeof value === 'string') return value;
  }
  const type = errorType(typeof said['__type'] === 'string' ? said['__type'] : '');
  if (answer.status < 500 && type !== 'ThrottlingException') {
    throw new StoreRejected(
      type,
      `${what} cannot be read (${answer.status}, ${type}); may this role ssm:GetParameter it?`,
    );
  }
  throw new StoreUnavailable('server', `${what}: Systems Manager answered ${answer.status}`);
}

function regional(region: string): string {
  return `https://ssm.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
