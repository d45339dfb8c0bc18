// A handler with Middy alone.
import middy from '@middy/core';
import { answer } from './answer.ts';

export const handler = middy().handler(answer);
