// Fixed windows: which one an instant lies in, by the clock of a timezone. Pure.
import { toInstant, toWallClock } from '../kernel/zone.ts';
import type { WindowRate } from '../kernel/rates.ts';

export interface Window {
  /** ms since the epoch; the end is the start of the next one. */
  readonly startMs: number;
  readonly endMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970-01-05 was a Monday, as ISO 8601 begins weeks. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** Windows shorter than a day lie on multiples of their length since 1970; days, weeks and months by the zone's calendar. */
export function windowAt(rate: WindowRate, timezone: string, nowMs: number): Window {
  const { unit, perMs } = rate;
  if (unit === 'time') {
    const startMs = Math.floor(nowMs / perMs) * perMs;
    return { startMs, endMs: startMs + perMs };
  }
  const wall = toWallClock(nowMs, timezone);
  const [from, to] = calendarWindow(unit, wall);
  return { startMs: instantOf(from, timezone), endMs: instantOf(to, timezone) };
}

/** Start and end as wall clocks show them, as ms as if they were UTC. */
function calendarWindow(unit: 'day' | 'week' | 'month', wallMs: number): [number, number] {
  if (unit === 'month') {
    const date = new Date(wallMs);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)];
  }
  const days = unit === 'week' ? 7 : 1;
  const origin = unit === 'week' ? FIRST_MONDAY_MS : 0;
  const from = origin + Math.floor((wallMs - origin) / (days * DAY_MS)) * days * DAY_MS;
  return [from, from + days * DAY_MS];
}

/** Some zones change their clocks at midnight: a day without one begins with its first hour. */
function instantOf(wallMs: number, timezone: string): number {
  return toInstant(wallMs, timezone) ?? toInstant(wallMs + HOUR_MS, timezone) ?? wallMs;
}
