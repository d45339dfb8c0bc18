// The `payments` dependency: charges by direct invoke or HTTP, and two routes that let a demo make it misbehave.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { governed } from '../../../middleware/index.ts';
import { logged, loggerOf } from '../../api/logging.ts';
import { bodyOf, invalid, json, problem, type Answer } from '../web.ts';
import { behaviorOf, callsSoFar, countCall, currentBehavior, setBehavior } from './behavior.ts';
import { charge, chargeRequestOf, type Charge } from './charge.ts';

/** What `flyball.call` sends to a function. */
interface DirectCharge {
  readonly operation?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

const logger = loggerOf('payments');

const payments = governed(
  { service: 'payments', logger },
  async (event: APIGatewayProxyEventV2 | DirectCharge): Promise<Answer | Charge> => {
    if (!('requestContext' in event)) return direct(event);
    switch (`${event.requestContext.http.method} ${event.rawPath.slice(event.rawPath.indexOf('/payments/'))}`) {
      case 'POST /payments/charges':
        return overHttp(event);
      case 'PUT /payments/behavior':
        return change(event);
      case 'GET /payments/calls':
        return json(200, { calls: await callsSoFar() });
      default:
        return problem(404, 'Not Found', 'Payments has charges, behavior and calls.');
    }
  },
);

export const handler = logged(logger, payments);

/** A failing charge throws: a caller sees the function fail. */
async function direct({ operation, body, headers }: DirectCharge): Promise<Charge | Answer> {
  if (operation !== 'charge') return invalid([{ field: 'operation', reason: 'must be charge' }]);
  return charged(body, headers);
}

async function overHttp(event: APIGatewayProxyEventV2): Promise<Answer> {
  try {
    const result = await charged(bodyOf(event), event.headers);
    return 'accepted' in result ? json(200, result) : result;
  } catch (error) {
    return problem(500, 'Internal Server Error', error instanceof Error ? error.message : 'The charge failed.');
  }
}

async function charged(
  body: Readonly<Record<string, unknown>> | undefined,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<Charge | Answer> {
  const [behavior] = await Promise.all([currentBehavior(), countCall()]);
  const request = chargeRequestOf(body);
  return 'errors' in request ? invalid(request.errors) : charge(request, headers['idempotency-key'], behavior);
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
