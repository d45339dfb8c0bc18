// Descriptions of what answers commonly hold.
import { z } from 'zod';
import type { Answer } from './description.ts';

/** A moment as answers have it. */
export const moment = z.iso.datetime();

/** What the answers of lists have beside their entries. */
export const nextPage = {
  cursor: z.string().optional().meta({ description: 'where the next page begins; none behind the last' }),
};

/** 200 with JSON of this schema. */
export function shows(description: string, schema: z.ZodType, headers?: Answer['headers']): Record<200, Answer> {
  return { 200: { description, schema, ...(headers ? { headers } : {}) } };
}

/** What conditional reads answer when what the caller has still stands. */
export const UNCHANGED: Record<304, Answer> = {
  304: { description: 'What `If-None-Match` names still stands.', headers: { etag: 'The same tag.' } },
};
