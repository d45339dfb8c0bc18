// A handler that Middy and govern() wrap, as the README shows it.
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { flyball, govern, governPlugin } from 'flyball';

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(governPlugin)
  .use(govern({ service: 'shop' }))
  .handler(async (event, context) => {
    const rate: number = await flyball.run('fx-rates', (signal) => Promise.resolve(signal.aborted ? 0 : 1.5));
    const { service, revision } = context.flyball;
    return { statusCode: 200, body: JSON.stringify({ path: event.rawPath, rate, service, revision }) };
  });
