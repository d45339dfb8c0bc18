// A small service in a stack of its own: says hello over HTTP, and greets whom a queue names.
import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';
import { governed } from 'flyball';

export const hello = governed({ service: 'greeter' }, ({ pathParameters }: APIGatewayProxyEventV2) => ({
  statusCode: 200,
  body: JSON.stringify({ hello: pathParameters?.['name'] ?? 'world' }),
}));

/** Each record stands for itself: flyball sends back those that failed, and no others. */
export const greet = governed({ service: 'greeter' }, (event: SQSEvent) =>
  Promise.allSettled(
    event.Records.map(async ({ body }) => {
      if (body.trim() === '') throw new Error('the message names nobody');
      return `hello ${body}`;
    }),
  ),
);
