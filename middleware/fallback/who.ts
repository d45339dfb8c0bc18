// Who asks, for keys of kept answers: by what somebody vouches for, else by everything that a handler may know a caller by. Pure.
import { CALLER_HEADER } from '../kernel/caller-header.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { clientOf } from '../kernel/principal.ts';
import { gatewayClaimsOf } from '../kernel/request.ts';
import { isObject, text, type Unknown } from '../kernel/trigger.ts';

/** They differ from request to request, or from page to page, and nobody is known by them. */
const PASSING = new Set(
  (
    'traceparent tracestate x-amzn-trace-id b3 sentry-trace x-request-id x-correlation-id x-amz-cf-id cf-ray cdn-loop via ' +
    'connection keep-alive te content-length cache-control pragma if-none-match if-modified-since referer priority dnt ' +
    'upgrade-insecure-requests idempotency-key'
  ).split(' '),
);
const PASSING_KINDS = /^(?:sec-fetch-|x-b3-|x-datadog-|x-flyball-)/;

/** Of whoever uses the same device, way and language: a call does not depend on them unless it says so. */
const MANNERS =
  /^(?:user-agent|host|origin|accept|accept-(?:language|encoding|charset)|content-type|forwarded|x-forwarded-(?:for|port|proto|host)|x-real-ip|sec-ch-.*|cloudfront-.*)$/;

/** The one who has an invocation call somebody. */
export function askerOf({ principal, event }: Invocation): unknown {
  const claims = principal?.claims ?? gatewayClaimsOf(event) ?? {};
  const id = principal?.id ?? text(claims['sub']);
  if (id !== '') return ['sub', claims['iss'], id];
  if (!isObject(event)) return undefined;
  return [...vouchedOf(event), headersOf(event, (name) => !MANNERS.test(name))];
}

/** The one who sends a web request, with all that the answer may depend on. */
export function senderOf(invocation: Invocation): unknown {
  const { principal } = invocation;
  const event = isObject(invocation.event) ? invocation.event : {};
  const headers = headersOf(event, () => true);
  return [clientOf(invocation), principal?.claims['iss'], ...vouchedOf(event), headers];
}

/** What the platform knows of the caller, whatever its name for it; not what an authorizer took, nor from where it came. */
function vouchedOf({ requestContext, identity: own, cookies }: Unknown): unknown[] {
  const { authorizer, authentication, identity } = isObject(requestContext) ? requestContext : {};
  const passing = { integrationLatency: undefined, sourceIp: undefined, userAgent: undefined };
  const known = [authorizer, authentication, identity, own].map((one) =>
    isObject(one) ? { ...one, ...passing } : one,
  );
  return [...known, cookies];
}

/** By name, in whatever order and case they came. */
function headersOf({ headers, multiValueHeaders }: Unknown, counts: (name: string) => boolean): unknown[] {
  return [headers, multiValueHeaders].map((given) =>
    Object.entries(isObject(given) ? given : {})
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !isPassing(name) && counts(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function isPassing(name: string): boolean {
  return PASSING.has(name) || (PASSING_KINDS.test(name) && name !== CALLER_HEADER);
}
