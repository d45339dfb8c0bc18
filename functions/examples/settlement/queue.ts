// Settles the orders a queue names. Each record stands for itself: flyball sends back those that failed, and no others.
import type { SQSEvent } from 'aws-lambda';
import { governed } from '../../../middleware/index.ts';
import { logged, loggerOf } from '../../api/logging.ts';
import { orderIdOf, settle } from './settle.ts';

const logger = loggerOf('settlement');

const settlement = governed({ service: 'settlement', logger }, (event: SQSEvent) =>
  Promise.allSettled(event.Records.map(async ({ body }) => settle(orderIdOf(body)))),
);

export const handler = logged(logger, settlement);
