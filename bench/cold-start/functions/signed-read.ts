// A handler that reads one item through flyball's signed client.
import middy from '@middy/core';
import { signedTable } from 'flyball/store';
import { answer } from './answer.ts';

const tableName = process.env['FLYBALL_TABLE'] ?? '';
const table = signedTable({ tableName, clock: Date, firstTimeoutMs: 5_000 });

export const handler = middy().handler(async () => {
  await table.get({ pk: 'ctl#rules#bench', sk: 'head' });
  return answer();
});
