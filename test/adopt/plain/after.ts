// The same handler, governed.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { governed } from 'flyball';

export const handler = governed(
  { service: 'shop' },
  async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { sku } = JSON.parse(event.body ?? '{}') as { sku?: string };
    if (sku === undefined) return { statusCode: 400, body: 'sku is missing' };
    return { statusCode: 201, body: JSON.stringify({ sku, accepted: true }) };
  },
);
