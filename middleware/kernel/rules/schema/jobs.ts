// What a document expects of its jobs: when they are to start, and what their runs can be held to.
import { z } from 'zod';
import { duration } from './values.ts';

export const job = z.strictObject({
  schedule: z.string().min(1).max(256).meta({ description: 'cron(0 2 * * ? *), rate(5 minutes) or five cron fields' }),
  timezone: z.string().min(1).max(64).optional(),
  maxRuntime: duration.optional(),
  minRuntime: duration.optional().meta({ since: '0.3.0', description: 'a success that took less is a failure' }),
  startDeadline: duration.optional(),
  noHeartbeatFor: duration
    .optional()
    .meta({ since: '0.3.0', description: 'a run that has not been heard of for so long is lost; 30s at least' }),
  owner: z.string().min(1).max(128).optional(),
});
