// Orders that are taken once, whatever is repeated, by Powertools' middleware.
import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency';
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { persistenceStore } from './persistence.ts';

const config = new IdempotencyConfig({ eventKeyJmesPath: 'headers."idempotency-key"' });

export const handler = middy<APIGatewayProxyEventV2>()
  .use(makeHandlerIdempotent({ persistenceStore, config }))
  .handler(async (event) => {
    const response = await fetch(`${process.env['PAYMENTS_URL']}/charges`, { method: 'POST', body: event.body ?? '' });
    if (!response.ok) throw new Error(`payments answered ${response.status}`);
    return { statusCode: 201, body: await response.text() };
  });
