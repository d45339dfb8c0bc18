// What API Gateway asks a REQUEST authorizer, in the payload formats of its HTTP and REST APIs.
import type { APIGatewayRequestAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { httpV2, restV1, type WebRequest } from './http.ts';
import { overridden, type Override } from './override.ts';
import { ACCOUNT, REGION } from './places.ts';

export interface AskedRequest extends WebRequest {
  readonly stageVariables?: Readonly<Record<string, string>>;
}

const ARN = `arn:aws:execute-api:${REGION}:${ACCOUNT}:api123`;

/** An HTTP API, payload format 2.0. */
export function authorizerV2(
  request: AskedRequest = {},
  override?: Override<APIGatewayRequestAuthorizerEventV2>,
): APIGatewayRequestAuthorizerEventV2 {
  const { version, routeKey, rawPath, rawQueryString, headers, queryStringParameters, requestContext, pathParameters } =
    httpV2(request);
  const built: APIGatewayRequestAuthorizerEventV2 = {
    version,
    type: 'REQUEST',
    routeArn: `${ARN}/$default/${requestContext.http.method}${rawPath}`,
    identitySource: [],
    routeKey,
    rawPath,
    rawQueryString,
    cookies: [],
    headers,
    queryStringParameters: queryStringParameters as Record<string, string>,
    requestContext: contextOf(requestContext),
    pathParameters: pathParameters as Record<string, string>,
    stageVariables: { ...request.stageVariables },
  };
  return overridden(built, override);
}

/** Nobody has been authorized yet. */
function contextOf(context: ReturnType<typeof httpV2>['requestContext']) {
  const { accountId, apiId, domainName, domainPrefix, http, requestId, routeKey, stage, time, timeEpoch } = context;
  return { accountId, apiId, domainName, domainPrefix, http, requestId, routeKey, stage, time, timeEpoch };
}

/** A REST API. */
export function authorizerV1(
  request: AskedRequest = {},
  override?: Override<APIGatewayRequestAuthorizerEvent>,
): APIGatewayRequestAuthorizerEvent {
  const event = restV1(request);
  const built: APIGatewayRequestAuthorizerEvent = {
    type: 'REQUEST',
    methodArn: `${ARN}/prod/${event.httpMethod}${event.path}`,
    resource: event.resource,
    path: event.path,
    httpMethod: event.httpMethod,
    headers: event.headers,
    multiValueHeaders: event.multiValueHeaders,
    pathParameters: event.pathParameters,
    queryStringParameters: event.queryStringParameters,
    multiValueQueryStringParameters: event.multiValueQueryStringParameters,
    stageVariables: request.stageVariables ? { ...request.stageVariables } : null,
    requestContext: { ...event.requestContext, authorizer: undefined },
  };
  return overridden(built, override);
}
