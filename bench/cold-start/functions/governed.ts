// A handler governed by the rules of the service that BENCH_SERVICE names.
import middy from '@middy/core';
import { govern, governPlugin } from 'flyball';
import { answer } from './answer.ts';

export const handler = middy(governPlugin)
  .use(govern({ service: process.env['BENCH_SERVICE'] ?? 'bench' }))
  .handler(answer);
