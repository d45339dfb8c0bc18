// `POST /orders` and `GET /orders/{id}`, governed as service `orders`.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { governed } from '../../../middleware/index.ts';
import { bodyOf, invalid, json, problem, type Answer } from '../web.ts';
import { placeOrder, readOrder } from './order.ts';
import { orderRequestOf } from './request.ts';
import rules from './flyball.rules.json' with { type: 'json' };

/** Packaged with the rules it starts with: an instance that never reaches the table still knows where payments is. */
export const handler = governed(
  { service: 'orders', bootstrap: rules },
  async (event: APIGatewayProxyEventV2): Promise<Answer> => {
    if (event.requestContext.http.method === 'POST') {
      const request = orderRequestOf(bodyOf(event));
      return 'errors' in request ? invalid(request.errors) : json(201, await placeOrder(request));
    }
    const id = event.pathParameters?.['id'] ?? '';
    const order = await readOrder(id);
    return order ? json(200, order) : problem(404, 'Not Found', `There is no order ${id.slice(0, 64)}.`);
  },
);
