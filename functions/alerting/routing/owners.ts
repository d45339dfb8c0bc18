// Owners' hours and windows' times, made from what the document says of them.
import { parseTimeOfDay } from '../../../middleware/kernel/rules/job-terms.ts';
import { parseSchedule, type Schedule } from '../../api/schedule.ts';
import type { MuteTimes, MuteWindow, Owner } from './document.ts';
import { weekdaysOf } from './weekdays.ts';

export const DEFAULT_DEFER_UNTIL = '08:00';
const EVERY_DAY = 7;

/** What an owner may say of themselves. */
export interface OwnerSaid {
  readonly timezone?: string | undefined;
  readonly deferUntil?: string | undefined;
  readonly days?: readonly string[] | undefined;
  readonly failures?: number | undefined;
  readonly channels?: readonly string[] | undefined;
}

export function ownerFrom(said: OwnerSaid, defaultTimezone: string): Owner {
  const { timezone = defaultTimezone, deferUntil = DEFAULT_DEFER_UNTIL, days, failures, channels = [] } = said;
  return { timezone, deferUntil, days, hours: hoursOf(deferUntil, timezone, days), failures, channels };
}

/** The owner with another hour on their days; the same one when none is given. */
export const ownerAt = (owner: Owner, deferUntil: string | undefined): Owner =>
  deferUntil === undefined ? owner : ownerFrom({ ...owner, deferUntil }, owner.timezone);

const unknown = new Map<string, Owner>();

/** Of whom the document says nothing: they are told in the morning of its zone. */
export function unknownOwner(timezone: string): Owner {
  const known = unknown.get(timezone);
  if (known) return known;
  const owner = ownerFrom({}, timezone);
  unknown.clear();
  unknown.set(timezone, owner);
  return owner;
}

/** When it is this time of the day, on these days or on all. */
export function hoursOf(time: string, timezone: string, days?: readonly string[]): Schedule {
  const { hour, minute } = parseTimeOfDay(time);
  const weekdays = days === undefined ? [] : weekdaysOf(days);
  const on = weekdays.length === 0 || weekdays.length === EVERY_DAY ? '*' : weekdays.join(',');
  return parseSchedule(`${minute} ${hour} * * ${on}`, timezone, 0, 'cron');
}

export interface TimesSaid {
  readonly days?: readonly string[] | undefined;
  readonly from: string;
  readonly to: string;
}

/** The end of a day, which is the next one's midnight. */
export const END_OF_DAY = '24:00';

export function muteWindow(name: string, timezone: string, times: readonly TimesSaid[]): MuteWindow {
  return { name, timezone, times: times.map((one) => muteTimes(one, timezone)) };
}

function muteTimes({ days, from, to }: TimesSaid, timezone: string): MuteTimes {
  return {
    from: hoursOf(from, timezone, days),
    to: hoursOf(to === END_OF_DAY ? '00:00' : to, timezone),
    overMidnight: to <= from || to === END_OF_DAY,
  };
}
