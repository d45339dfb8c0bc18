// Where the signed client sends to and as whom: given options first, then the environment as it stands.
import { StoreRejected } from '../port.ts';
import type { Credentials } from './sign.ts';

export interface DestinationOptions {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: Credentials;
}

export interface Destination {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: Credentials;
  /** The endpoint is not AWS's own: an emulator, or a VPC endpoint. */
  readonly overridden: boolean;
}

export type Environment = { readonly [name: string]: string | undefined };

/**
 * A function that gives the destination of the call at hand. The environment is looked at anew each time (Lambda puts
 * fresh credentials there after a snapshot is restored); what is derived from it is kept until it changes.
 * It throws `StoreRejected` when there is no Region, no credentials, or the endpoint is not a URL.
 */
export function destinationFrom(options: DestinationOptions, environment: Environment): () => Destination {
  let parsed: { readonly text: string; readonly url: URL } | undefined;

  function endpointOf(text: string): URL {
    if (parsed?.text !== text) parsed = { text, url: parse(text) };
    return parsed.url;
  }

  return () => {
    const region = options.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
    if (!region) throw new StoreRejected('NoRegion', 'The store has no Region: set AWS_REGION, or pass `region`');
    const override = options.endpoint ?? (environment['AWS_ENDPOINT_URL_DYNAMODB'] || environment['AWS_ENDPOINT_URL']);
    return {
      endpoint: endpointOf(override || regional(region)),
      region,
      credentials: options.credentials ?? credentialsOf(environment),
      overridden: Boolean(override),
    };
  };
}

function regional(region: string): string {
  return `https://dynamodb.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new StoreRejected(
    'InvalidEndpoint',
    `The store's endpoint "${text}" is not an http or https URL: check AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL`,
  );
}

function credentialsOf(environment: Environment): Credentials {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) {
    throw new StoreRejected(
      'NoCredentials',
      'The store has no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (Lambda does), or pass `credentials`',
    );
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
