// What an authorizer can say to API Gateway: yes, no, or, by throwing one certain word, "who are you?". Pure.
import type { APIGatewayAuthorizerResult, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import type { Refused } from '../../middleware/index.ts';

/** What is told with the answer. REST APIs take texts, numbers and booleans only. */
export type Told = Record<string, string | number>;

export type Answer = APIGatewaySimpleAuthorizerWithContextResult<Told> | APIGatewayAuthorizerResult;

/** Which answers the gateway expects: of format 2.0 a yes or no, else a policy. */
export type Format = 'simple' | 'policy';

/** Lets the request through; the function behind finds `told` in its event's `requestContext.authorizer`. */
export function admit(format: Format, event: unknown, principalId: string, told: Told): Answer {
  return answer(format, event, true, principalId, told);
}

/** 403. A REST API can make another answer of it, with what is told: gateway-responses.yml. */
export function deny(format: Format, event: unknown, principalId: string, refused: Refused): Answer {
  const { headers, statusCode, by, rule } = refused;
  const told: Told = { status: statusCode, refusedBy: by, rule };
  for (const [header, name] of TOLD_HEADERS) if (headers[header] !== undefined) told[name] = headers[header];
  return answer(format, event, false, principalId, told);
}

const TOLD_HEADERS = [
  ['retry-after', 'retryAfter'],
  ['ratelimit', 'rateLimit'],
  ['ratelimit-policy', 'rateLimitPolicy'],
] as const;

/** 401: API Gateway knows it by its message, which must be this word and no other. */
export class Unauthorized extends Error {
  override readonly name = 'Unauthorized';
  constructor() {
    super('Unauthorized');
    // The platform logs it, and anybody can cause it: a line is enough, the reason is counted as a refusal.
    this.stack = 'Unauthorized';
  }
}

function answer(format: Format, event: unknown, isAuthorized: boolean, principalId: string, context: Told): Answer {
  if (format === 'simple') return { isAuthorized, context };
  const arn = arnOf(event);
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      // The one request that was asked about: whoever caches the answer takes it for no other.
      Statement: [
        { Action: 'execute-api:Invoke', Effect: isAuthorized && isOne(arn) ? 'Allow' : 'Deny', Resource: arn },
      ],
    },
    context,
  };
}

/** A path that was asked for with a wildcard in it would name others in a policy. */
function isOne(arn: string): boolean {
  return !/[*?]|\$\{/.test(arn);
}

function arnOf(event: unknown): string {
  const { methodArn, routeArn } = event as { readonly methodArn?: unknown; readonly routeArn?: unknown };
  return typeof methodArn === 'string' ? methodArn : String(routeArn);
}
