// What rules with keys and access ask of a request: its query, its addresses and its claims. Pure.
import { headerOf, isObject, text, textOf, valueOf, type Trigger } from './trigger.ts';

/** Every different value a request has for a header, whatever its case: two of them may be meant to confuse. */
export function headerValuesOf(event: unknown, name: string): readonly string[] {
  if (!isObject(event)) return [];
  const values = new Set<string>();
  for (const container of [event['headers'], event['multiValueHeaders']]) {
    if (!isObject(container)) continue;
    for (const [key, value] of Object.entries(container)) {
      if (key.toLowerCase() !== name) continue;
      for (const one of Array.isArray(value) ? value : [value]) {
        const text = textOf(one);
        if (text !== undefined) values.add(text);
      }
    }
  }
  return [...values];
}

/** A query parameter by its exact name. */
export function queryOf(event: unknown, name: string): string | undefined {
  if (!isObject(event)) return undefined;
  return (
    valueOf(event['queryStringParameters'], name, false) ??
    valueOf(event['multiValueQueryStringParameters'], name, false)
  );
}

/**
 * The caller's address as the platform saw it, never as a header claims it; for a load balancer, whose events have no
 * other place for it, the last address of `X-Forwarded-For`, the one the balancer itself added.
 */
export function clientIpOf(trigger: Trigger, event: unknown): string | undefined {
  if (!isObject(event)) return undefined;
  if (trigger.face === 'alb') return withoutPort(headerOf(event, 'x-forwarded-for')?.split(',').pop()?.trim());
  const context = event['requestContext'];
  if (!isObject(context)) return undefined;
  const { face } = trigger;
  const place = face === 'http-v2' || face === 'authorizer-v2' ? context['http'] : context['identity'];
  return isObject(place) ? text(place['sourceIp']) || undefined : undefined;
}

/** An address as load balancers write it, without the port they may leave on it: each connection has another. */
function withoutPort(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return /^\[([^\]]*)\](?::[0-9]+)?$/.exec(text)?.[1] ?? /^([0-9.]+):[0-9]+$/.exec(text)?.[1] ?? text;
}

/** The claims of a token that the gateway itself verified. */
export function gatewayClaimsOf(event: unknown): Readonly<Record<string, unknown>> | undefined {
  const context = isObject(event) ? event['requestContext'] : undefined;
  const authorizer = isObject(context) ? context['authorizer'] : undefined;
  if (!isObject(authorizer)) return undefined;
  const jwt = authorizer['jwt'];
  const claims = isObject(jwt) ? jwt['claims'] : authorizer['claims'];
  return isObject(claims) ? claims : undefined;
}

/** A claim of a token that the gateway itself verified, as text. */
export function claimOf(event: unknown, name: string): string | undefined {
  return valueOf(gatewayClaimsOf(event), name, false);
}
