// Times that are planned to be unlike others: from one moment to another, or for so long whenever a schedule comes.
import { z } from 'zod';
import { duration } from './values.ts';

const moment = z.iso.datetime({ offset: true, error: 'a time such as 2027-01-01T12:00:00Z' });
const reason = z.string().min(1).max(256).optional();

export const once = z.strictObject({ from: moment, to: moment, reason });
export const recurring = z.strictObject({ schedule: z.string().min(1).max(256), for: duration, reason });
