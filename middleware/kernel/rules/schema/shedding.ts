// What a document says of what is refused first when a service fills up.
import { z } from 'zod';
import { mode, name, share } from './values.ts';

export const shedding = z.strictObject({
  when: z.strictObject({
    concurrency: name.meta({ description: 'a concurrency rule of this document' }),
    above: share.meta({ description: 'the share of its permits in use from which the first requests are refused' }),
  }),
  mode: mode.optional(),
});
