// What routes of telemetry have in common in what they take and answer.
import { z } from 'zod';
import { moment } from '../api/index.ts';

/** Up to when an answer holds everything. */
export const settledShown = {
  completeUntil: moment,
  behindMs: z.number().optional().meta({ description: 'the merge has missed its turns by so much' }),
};

export const unreadable = z
  .int()
  .optional()
  .meta({ description: 'items of this range that are there and cannot be read' });

export const counts = z.record(z.string(), z.number());

/** By `p50` and the like and `max`; null when nothing was measured. */
export const quantiles = counts.nullable();

export const NOT_HEARD_OF = { 404: 'The service has no rules, and nothing is recorded of it.' };
