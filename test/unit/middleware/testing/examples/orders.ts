// The handler under test, as it is deployed: it governs itself where it is defined.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { flyball, governed } from 'flyball';

export const handler = governed({ service: 'shop' }, async (event: APIGatewayProxyEventV2) => {
  const charge = await flyball.call<{ accepted: boolean }>('payments', { operation: 'charge', body: event.body });
  if (!charge.accepted) flyball.fail('CARD_DECLINED');
  return { statusCode: 201, body: JSON.stringify(charge) };
});
