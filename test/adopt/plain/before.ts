// An HTTP handler as it stands today.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const { sku } = JSON.parse(event.body ?? '{}') as { sku?: string };
  if (sku === undefined) return { statusCode: 400, body: 'sku is missing' };
  return { statusCode: 201, body: JSON.stringify({ sku, accepted: true }) };
};
