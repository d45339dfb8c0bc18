// A handler governed by rules that are packaged with it.
import middy from '@middy/core';
import { govern, governPlugin } from 'flyball';
import { answer } from './answer.ts';
import { PACKAGED } from './rules.ts';

export const handler = middy(governPlugin)
  .use(govern({ service: 'packaged', bootstrap: PACKAGED }))
  .handler(answer);
