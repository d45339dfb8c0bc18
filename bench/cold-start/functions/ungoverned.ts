// Stands in for flyball in a bundle of the `orders` example: what its code would be without it.
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as Flyball from '../../../middleware/index.ts';

type Handler<Event, Result> = (event: Event, context: Context) => Promise<Result> | Result;

export const governed = <Event, Result>(_options: object, handler: Handler<Event, Result>) =>
  middy<Event, Result>({ timeoutEarlyInMillis: 0 }).handler(handler);

export const flyball: Pick<typeof Flyball.flyball, 'call' | 'run' | 'fail'> = {
  call: () => Promise.reject(new Error('nothing is called in this measurement')),
  run: (_dependency, work) => work(new AbortController().signal, { attempt: 1, deadlineAt: Infinity }),
  fail(code) {
    throw new Error(code);
  },
};
