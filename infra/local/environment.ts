// The environment of everything in the local world: our emulators, made-up credentials, and never a real account.
import type { Service } from './serverless.ts';
import { type LocalStack, resolve } from './template.ts';

export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
  readonly lambda: string;
  readonly ssm: string;
  /** `host:port` of the X-Ray daemon. */
  readonly xray: string;
}

/** Nothing listens there: a client of a service that is not emulated fails at once. */
const NOWHERE = 'http://127.0.0.1:9';
const REAL = [
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
];

/** Functions inherit every AWS_* variable of the process that runs them. */
export function pointAtEmulators(env: NodeJS.ProcessEnv, region: string, endpoints: Endpoints): void {
  for (const name of REAL) delete env[name];
  Object.assign(env, {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: NOWHERE,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_SSM: endpoints.ssm,
    AWS_XRAY_DAEMON_ADDRESS: endpoints.xray,
  });
}

/** Replaces CloudFormation's functions in the environments of all functions, in place: serverless-offline knows none. */
export function resolveEnvironments(service: Service, stack: LocalStack, more: Record<string, string>): void {
  service.provider.environment = {
    ...textValues(service.provider.environment, stack, 'provider.environment'),
    ...more,
  };
  for (const [key, definition] of Object.entries(service.functions)) {
    if (!definition.environment) continue;
    definition.environment = textValues(definition.environment, stack, `functions.${key}.environment`);
  }
}

/** Gives each function credentials of its own, so that the emulators can tell whose call is whose. */
export function tellApart(service: Service): void {
  for (const [key, definition] of Object.entries(service.functions)) {
    definition.environment = { ...definition.environment, AWS_ACCESS_KEY_ID: key };
  }
}

/** Sends what a function asks Lambda elsewhere: serverless-offline can be asked to run one and be waited for, and no more. */
export function askLambdaAt(url: string, service: Service, key: string): void {
  const definition = service.functions[key];
  if (definition) definition.environment = { ...definition.environment, AWS_ENDPOINT_URL_LAMBDA: url };
}

function textValues(
  environment: Record<string, unknown> = {},
  stack: LocalStack,
  path: string,
): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => [
    name,
    String(resolve(value, stack, `${path}.${name}`)),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
