// `POST /orders` and `GET /orders/{id}`, governed as service `orders`.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { governed } from '../../../middleware/index.ts';
import { logged, loggerOf } from '../../api/logging.ts';
import { bodyOf, invalid, json, problem, type Answer } from '../web.ts';
import { placeOrder, readOrder, type Order } from './order.ts';
import { orderRequestOf } from './request.ts';
import rules from './flyball.rules.json' with { type: 'json' };

const logger = loggerOf('orders');

/** Packaged with the rules it starts with: an instance that never reaches the table still knows where payments is. */
const orders = governed(
  { service: 'orders', bootstrap: rules, logger },
  async (event: APIGatewayProxyEventV2, context): Promise<Answer> => {
    if (event.requestContext.http.method === 'POST') {
      const request = orderRequestOf(bodyOf(event));
      return 'errors' in request
        ? invalid(request.errors)
        : placed(await placeOrder(request), context.flyball.instance);
    }
    const id = event.pathParameters?.['id'] ?? '';
    const order = await readOrder(id);
    return order ? json(200, order) : problem(404, 'Not Found', `There is no order ${id.slice(0, 64)}.`);
  },
);

export const handler = logged(logger, orders);

/** Says which instance took the order, as refusals do: on a laptop one can watch them share the work. */
function placed(order: Order, instance: string): Answer {
  const answer = json(201, order);
  return { ...answer, headers: { ...answer.headers, 'x-flyball-instance': instance } };
}
