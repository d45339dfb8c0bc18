// Web requests as each kind of gateway passes them on.
import type {
  ALBEvent,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithJWTAuthorizer,
  LambdaFunctionURLEvent,
} from 'aws-lambda';
import { overridden, type Override } from './override.ts';
import { ACCOUNT, bodyText, REGION, TIME_MS } from './places.ts';

export interface WebRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Text, or anything else to be sent as JSON with its content type. */
  readonly body?: unknown;
  readonly sourceIp?: string;
  /** Claims of a token that the gateway verified. */
  readonly claims?: Readonly<Record<string, string>>;
  /** The gateway's own route parameters. */
  readonly pathParameters?: Readonly<Record<string, string>>;
}

const USER_AGENT = 'curl/8.7.1';

function filled(request: WebRequest) {
  const { method = 'POST', path = '/orders', query = {}, sourceIp = '203.0.113.7' } = request;
  const body = request.body === undefined ? undefined : bodyText(request.body);
  const isJson = body !== undefined && typeof request.body !== 'string';
  const headers: Record<string, string> = {
    host: 'api.example.com',
    'user-agent': USER_AGENT,
    'x-forwarded-for': sourceIp,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    ...request.headers,
  };
  return { method, path, query: { ...query }, body, sourceIp, headers };
}

/** An HTTP API with payload format 2.0: header names in lower case. */
export function httpV2(
  request: WebRequest = {},
  override?: Override<APIGatewayProxyEventV2WithJWTAuthorizer>,
): APIGatewayProxyEventV2WithJWTAuthorizer {
  const event = format2(request);
  const jwt = { claims: { ...request.claims }, scopes: [] };
  const authorizer = { principalId: '', integrationLatency: 0, jwt };
  const requestContext = { ...event.requestContext, authorizer };
  return overridden<APIGatewayProxyEventV2WithJWTAuthorizer>({ ...event, requestContext }, override);
}

/** A Function URL: format 2.0 with the route `$default` and no authorizer. */
export function functionUrl(
  request: WebRequest = {},
  override?: Override<LambdaFunctionURLEvent>,
): LambdaFunctionURLEvent {
  const { requestContext, ...event } = format2(request);
  const domainName = `abc123.lambda-url.${REGION}.on.aws`;
  const context = { ...requestContext, routeKey: '$default', domainName, domainPrefix: 'abc123', apiId: 'abc123' };
  return overridden<LambdaFunctionURLEvent>({ ...event, routeKey: '$default', requestContext: context }, override);
}

function format2(request: WebRequest): APIGatewayProxyEventV2 {
  const { method, path, query, body, sourceIp, headers } = filled(request);
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    queryStringParameters: query,
    ...(request.pathParameters && { pathParameters: { ...request.pathParameters } }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'api123',
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: USER_AGENT },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: `${method} ${path}`,
      stage: '$default',
      time: '05/Jan/2026:12:00:00 +0000',
      timeEpoch: TIME_MS,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  };
}

/** A REST API (payload format 1.0): header names as the caller wrote them. */
export function restV1(request: WebRequest = {}, override?: Override<APIGatewayProxyEvent>): APIGatewayProxyEvent {
  const { method, path, query, body, sourceIp, headers } = filled(request);
  const built: APIGatewayProxyEvent = {
    resource: path,
    path,
    httpMethod: method,
    headers,
    multiValueHeaders: listed(headers),
    queryStringParameters: query,
    multiValueQueryStringParameters: listed(query),
    pathParameters: request.pathParameters ? { ...request.pathParameters } : null,
    stageVariables: null,
    requestContext: {
      resourceId: '123456',
      resourcePath: path,
      httpMethod: method,
      path: `/prod${path}`,
      accountId: ACCOUNT,
      apiId: 'api123',
      authorizer: request.claims ? { claims: { ...request.claims } } : null,
      protocol: 'HTTP/1.1',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      requestTimeEpoch: TIME_MS,
      stage: 'prod',
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp,
        user: null,
        userAgent: USER_AGENT,
        userArn: null,
      },
    },
    body: body ?? null,
    isBase64Encoded: false,
  };
  return overridden(built, override);
}

/** A load balancer's target group with single-value headers. */
export function alb(request: WebRequest = {}, override?: Override<ALBEvent>): ALBEvent {
  const { method, path, query, body, headers } = filled(request);
  return overridden<ALBEvent>({ ...albFrame(method, path, body), headers, queryStringParameters: query }, override);
}

/** A load balancer's target group with multi-value headers switched on. */
export function albMultiValue(request: WebRequest = {}, override?: Override<ALBEvent>): ALBEvent {
  const { method, path, query, body, headers } = filled(request);
  const multiValue = { multiValueHeaders: listed(headers), multiValueQueryStringParameters: listed(query) };
  return overridden<ALBEvent>({ ...albFrame(method, path, body), ...multiValue }, override);
}

function albFrame(httpMethod: string, path: string, body: string | undefined) {
  return {
    requestContext: {
      elb: {
        targetGroupArn: `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/orders/6d0ecf831eec9f09`,
      },
    },
    httpMethod,
    path,
    body: body ?? '',
    isBase64Encoded: false,
  };
}

function listed(values: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
}
