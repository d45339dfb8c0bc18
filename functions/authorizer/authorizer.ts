// Governs requests before they reach a function in any language: the same policies, answered as an authorizer answers.
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { access, governPlugin, Refused, telemetry, throttle, trace } from '../../middleware/index.ts';
import type { AccessOptions, GovernedContext } from '../../middleware/index.ts';
import { clientIpOf } from '../../middleware/kernel/request.ts';
import { triggerOf } from '../../middleware/kernel/trigger.ts';
import type { Logger } from '../../middleware/kernel/logger.ts';
import { admit, deny, Unauthorized, type Answer, type Format, type Told } from './answers.ts';
import type { Services } from './routes.ts';

export interface AuthorizerOptions {
  readonly services: Services;
  /** How a service's rules are found: `govern()`'s options for it. */
  readonly governing: (service: string) => Omit<AccessOptions, 'access'>;
  /** Nobody is let through while a service has no access rules in force, or when flyball itself fails. */
  readonly accessRequired: boolean;
  readonly logger: Logger;
}

type Stack = (event: unknown, context: GovernedContext) => Promise<Told>;

/**
 * The handler of an authorizer of type REQUEST. Refusals of access that ask for a token are 401, all others are a no.
 * When flyball itself fails, the request is let through, unless access is required.
 */
export function createAuthorizer(options: AuthorizerOptions): (event: unknown, context: Context) => Promise<Answer> {
  const { services, logger, accessRequired } = options;
  const stacks = new Map<string, Stack>();

  function stackOf(service: string): Stack {
    let stack = stacks.get(service);
    if (!stack) {
      stack = stackFor({ ...options.governing(service), ...(accessRequired && { access: 'required' }) });
      stacks.set(service, stack);
    }
    return stack;
  }

  // While the environment starts, rules can be on their way.
  for (const service of services.named) stackOf(service);

  return async function authorize(event, context) {
    const trigger = triggerOf(event);
    const format = formatOf(trigger.face);
    const service = services.of(trigger.path, event);
    if (service === undefined) {
      logger.error('flyball does not know whose rules apply', { path: trigger.path, method: trigger.method });
      throw new Error('set FLYBALL_SERVICE, FLYBALL_ROUTES or the stage variable flyballService of the authorizer');
    }
    const stack = stackOf(service);
    const caller = clientIpOf(trigger, event) ?? 'anonymous';
    try {
      const told = await stack(event, context as GovernedContext);
      return admit(format, event, String(told['client'] ?? caller), told);
    } catch (error) {
      if (!(error instanceof Refused)) return withoutFlyball(format, event, caller, error);
      if (error.statusCode === 401) throw new Unauthorized();
      return deny(format, event, caller, error);
    }
  };

  function withoutFlyball(format: Format, event: unknown, caller: string, error: unknown): Answer {
    const reason = error instanceof Error ? error.message : String(error);
    logger.error('flyball could not govern a request', { reason });
    if (!accessRequired) return admit(format, event, caller, { ungoverned: 'flyball failed' });
    const refused = new Refused({
      by: 'access',
      rule: 'internal',
      statusCode: 503,
      retryAfterMs: 1_000,
      message: reason,
    });
    return deny(format, event, caller, refused);
  }
}

/** A deadline or a fallback would be about the function's work, which is not done here. */
function stackFor(options: AccessOptions): Stack {
  const stack = middy<unknown, Told>(governPlugin)
    .use([telemetry(options), trace(options), access(options), throttle(options)])
    .handler(async (_event, context: GovernedContext) => toldOf(context.flyball));
  return (event, context) => stack(event, context);
}

/** For the function behind: who the caller is, under which rules it was let in, and what a quota has left for it. */
function toldOf({ service, resource, revision, principal, quota }: GovernedContext['flyball']): Told {
  return {
    service,
    resource,
    revision,
    ...(principal && { client: principal.id }),
    ...(quota && { quota: quota.rule, remaining: quota.left }),
  };
}

/** @throws {Error} on anything but a REQUEST authorizer's event. */
function formatOf(face: string): Format {
  if (face === 'authorizer-v2') return 'simple';
  if (face === 'authorizer-v1') return 'policy';
  throw new Error(
    'this is not what API Gateway asks a REQUEST authorizer of an HTTP or REST API; a TOKEN authorizer is told neither path nor address, and cannot govern',
  );
}
