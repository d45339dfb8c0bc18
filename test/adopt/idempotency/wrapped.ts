// With Powertools' function wrapper the same holds: governed() outside, makeIdempotent() inside.
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { flyball, governed } from 'flyball';
import { persistenceStore } from './persistence.ts';

const config = new IdempotencyConfig({ eventKeyJmesPath: 'headers."idempotency-key"' });

async function takeOrder(event: APIGatewayProxyEventV2) {
  return flyball.run('payments', async (signal) => {
    const url = `${process.env['PAYMENTS_URL']}/charges`;
    const response = await fetch(url, { method: 'POST', body: event.body ?? '', signal });
    if (!response.ok) throw new Error(`payments answered ${response.status}`);
    return { statusCode: 201, body: await response.text() };
  });
}

export const handler = governed({ service: 'shop' }, makeIdempotent(takeOrder, { persistenceStore, config }));
