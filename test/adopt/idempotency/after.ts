// The same, governed: flyball first, so that what it refuses never comes near the stored answers.
import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency';
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { flyball, govern, governPlugin } from 'flyball';
import { persistenceStore } from './persistence.ts';

const config = new IdempotencyConfig({ eventKeyJmesPath: 'headers."idempotency-key"' });

export const handler = middy<APIGatewayProxyEventV2>(governPlugin)
  .use(govern({ service: 'shop' }))
  .use(makeHandlerIdempotent({ persistenceStore, config }))
  .handler(async (event) =>
    flyball.run('payments', async (signal) => {
      const url = `${process.env['PAYMENTS_URL']}/charges`;
      const response = await fetch(url, { method: 'POST', body: event.body ?? '', signal });
      if (!response.ok) throw new Error(`payments answered ${response.status}`);
      return { statusCode: 201, body: await response.text() };
    }),
  );
