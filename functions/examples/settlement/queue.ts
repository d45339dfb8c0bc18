// Settles the orders a queue names. Each record stands for itself: flyball sends back those that failed, and no others.
import type { SQSEvent } from 'aws-lambda';
import { governed } from '../../../middleware/index.ts';
import { orderIdOf, settle } from './settle.ts';

export const handler = governed({ service: 'settlement' }, (event: SQSEvent) =>
  Promise.allSettled(event.Records.map(async ({ body }) => settle(orderIdOf(body)))),
);
