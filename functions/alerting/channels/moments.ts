// Times as they are written in messages: what the owner's clock showed, and how far it was from UTC.
import { toWallClock } from '../../../middleware/kernel/zone.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `2026-11-22 03:10:00 +01:00` */
export function moment(atMs: number, timezone: string): string {
  let wallMs: number;
  try {
    wallMs = toWallClock(atMs, timezone);
  } catch {
    // A zone that this machine does not know: the time is right all the same.
    wallMs = Math.floor(atMs);
  }
  const wall = new Date(wallMs);
  if (Number.isNaN(wall.getTime())) return 'at an unknown time';
  return `${wall.toISOString().slice(0, 19).replace('T', ' ')} ${offset(wallMs - atMs)}`;
}

function offset(ms: number): string {
  const minutes = Math.abs(Math.round(ms / MINUTE_MS));
  const two = (part: number) => String(part).padStart(2, '0');
  return `${ms < -MINUTE_MS / 2 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `2 h 5 min`; of less than a minute `0 min`. */
export function lasting(ms: number): string {
  if (!(ms >= 0)) return '0 min';
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return `${minutes} min`;
}
