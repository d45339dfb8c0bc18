// The `payments` dependency: charges by direct invoke or HTTP, and two routes that let a demo make it misbehave.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { governed } from '../../../middleware/index.ts';
import { bodyOf, invalid, json, problem, type Answer } from '../web.ts';
import { behaviorOf, callsSoFar, countCall, currentBehavior, setBehavior } from './behavior.ts';
import { charge, chargeRequestOf, type Charge } from './charge.ts';

/** What `flyball.call` sends to a function. */
interface DirectCharge {
  readonly operation?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export const handler = governed(
  { service: 'payments' },
  async (event: APIGatewayProxyEventV2 | DirectCharge): Promise<Answer | Charge> => {
    if (!('requestContext' in event)) return direct(event);
    switch (`${event.requestContext.http.method} ${event.rawPath.slice(event.rawPath.indexOf('/payments/'))}`) {
      case 'POST /payments/charges':
        return overHttp(event);
      case 'PUT /payments/behavior':
        return change(event);
      default:
        return json(200, { calls: await callsSoFar() });
    }
  },
);

async function direct(event: DirectCharge): Promise<Charge | Answer> {
  await countCall();
  const request = chargeRequestOf(event.body);
  return 'errors' in request ? invalid(request.errors) : charge(request, await currentBehavior());
}

async function overHttp(event: APIGatewayProxyEventV2): Promise<Answer> {
  await countCall();
  const request = chargeRequestOf(bodyOf(event));
  if ('errors' in request) return invalid(request.errors);
  try {
    return json(200, await charge(request, await currentBehavior()));
  } catch (error) {
    return problem(500, 'Internal Server Error', error instanceof Error ? error.message : 'The charge failed.');
  }
}

async function change(event: APIGatewayProxyEventV2): Promise<Answer> {
  if (process.env['FLYBALL_STAGE'] === 'prod') {
    return problem(403, 'Forbidden', 'Payments can be made to misbehave everywhere but in stage prod.');
  }
  const behavior = behaviorOf(bodyOf(event));
  if ('errors' in behavior) return invalid(behavior.errors);
  await setBehavior(behavior);
  return json(200, behavior);
}
