// What API Gateway asks a REQUEST authorizer, in the payload formats of its HTTP and REST APIs.
import type { APIGatewayRequestAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { httpV2, restV1, type WebRequest } from './events-http.ts';

interface Asked extends WebRequest {
  readonly stageVariables?: Readonly<Record<string, string>>;
}

const ARN = 'arn:aws:execute-api:eu-central-1:000000000000:api123';

/** An HTTP API, payload format 2.0. */
export function authorizerV2(request: Asked = {}): APIGatewayRequestAuthorizerEventV2 {
  const { version, routeKey, rawPath, rawQueryString, headers, queryStringParameters, requestContext, pathParameters } =
    httpV2(request);
  return {
    version,
    type: 'REQUEST',
    routeArn: `${ARN}/$default/${requestContext.http.method}${rawPath}`,
    identitySource: [],
    routeKey,
    rawPath,
    rawQueryString,
    cookies: [],
    headers: headers,
    queryStringParameters: queryStringParameters as Record<string, string>,
    requestContext: contextOf(requestContext),
    pathParameters: pathParameters as Record<string, string>,
    stageVariables: { ...request.stageVariables },
  };
}

/** Nobody has been authorized yet. */
function contextOf(context: ReturnType<typeof httpV2>['requestContext']) {
  const { accountId, apiId, domainName, domainPrefix, http, requestId, routeKey, stage, time, timeEpoch } = context;
  return { accountId, apiId, domainName, domainPrefix, http, requestId, routeKey, stage, time, timeEpoch };
}

/** A REST API. */
export function authorizerV1(request: Asked = {}): APIGatewayRequestAuthorizerEvent {
  const event = restV1(request);
  return {
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
}
