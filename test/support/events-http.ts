// Web requests as each kind of gateway passes them on.
import type {
  ALBEvent,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithJWTAuthorizer,
  LambdaFunctionURLEvent,
} from 'aws-lambda';

export interface WebRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly sourceIp?: string;
  /** Claims of a token that the gateway verified. */
  readonly claims?: Readonly<Record<string, string>>;
  /** The gateway's own route parameters. */
  readonly pathParameters?: Readonly<Record<string, string>>;
}

const TIME_MS = Date.UTC(2026, 0, 5, 12, 0, 0);
const USER_AGENT = 'curl/8.7.1';

function filled(request: WebRequest) {
  const { method = 'POST', path = '/orders', query = {}, body, sourceIp = '203.0.113.7' } = request;
  const headers: Record<string, string> = {
    host: 'api.example.com',
    'user-agent': USER_AGENT,
    'x-forwarded-for': sourceIp,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
    ...request.headers,
  };
  return { method, path, query: { ...query }, body, sourceIp, headers };
}

/** An HTTP API with payload format 2.0: header names in lower case. */
export function httpV2(request: WebRequest = {}): APIGatewayProxyEventV2WithJWTAuthorizer {
  const event = format2(request);
  const jwt = { claims: { ...request.claims }, scopes: [] };
  return {
    ...event,
    requestContext: { ...event.requestContext, authorizer: { principalId: '', integrationLatency: 0, jwt } },
  };
}

/** A Function URL: format 2.0 with the route `$default` and no authorizer. */
export function functionUrl(request: WebRequest = {}): LambdaFunctionURLEvent {
  const { requestContext, ...event } = format2(request);
  return {
    ...event,
    routeKey: '$default',
    requestContext: { ...requestContext, routeKey: '$default', domainName: 'abc123.lambda-url.eu-central-1.on.aws' },
  };
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
      accountId: '000000000000',
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
export function restV1(request: WebRequest = {}): APIGatewayProxyEvent {
  const { method, path, query, body, sourceIp, headers } = filled(request);
  return {
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
      accountId: '000000000000',
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
}

/** A load balancer's target group with single-value headers. */
export function alb(request: WebRequest = {}): ALBEvent {
  const { method, path, query, body, headers } = filled(request);
  return { ...albFrame(method, path, body), headers, queryStringParameters: query };
}

/** A load balancer's target group with multi-value headers switched on. */
export function albMultiValue(request: WebRequest = {}): ALBEvent {
  const { method, path, query, body, headers } = filled(request);
  return {
    ...albFrame(method, path, body),
    multiValueHeaders: listed(headers),
    multiValueQueryStringParameters: listed(query),
  };
}

function albFrame(httpMethod: string, path: string, body: string | undefined) {
  return {
    requestContext: {
      elb: {
        targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:000000000000:targetgroup/orders/6d0ecf831eec9f09',
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
