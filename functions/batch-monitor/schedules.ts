// `POST /v1/schedules/preview`: what a schedule means and when it comes next, before anybody saves it.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { checkTimezone, toWallClock } from '../../middleware/kernel/zone.ts';
import { bodyOf, json, readTime, route, unprocessable, type Route } from '../api/index.ts';
import { parseSchedule, type ClockChange, type Schedule, type ScheduleKind } from '../api/schedule.ts';
import { previewBody, previewSchedule } from './described-schedules.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Changes of the clock are of interest within the next year, and where a run is near one. */
const YEAR_MS = 366 * DAY_MS;
const USUAL_COUNT = 5;
/** Moments are written with four digits of the year. */
const LAST_MS = Date.UTC(9999, 11, 31);

export function scheduleRoutes(clock: Clock): Route[] {
  return [
    route('POST', '/v1/schedules/preview', 'viewer', previewSchedule, (request) => {
      const { schedule: text, timezone = 'UTC', kind, count = USUAL_COUNT, from } = bodyOf(request, previewBody);
      const fromMs = (from === undefined ? undefined : readTime(from)) ?? clock.now();
      const schedule = read(text, timezone, fromMs, kind);
      const runs = nextOf(schedule, fromMs, count);
      if (from === undefined && runs.length === 0 && text.trim().startsWith('at(')) throw over(text);
      return Promise.resolve(
        json({
          kind: schedule.kind,
          description: schedule.describe(),
          timezone: schedule.timezone,
          next: runs.map((at) => ({ at: new Date(at).toISOString(), local: localTime(at, schedule.timezone) })),
          daylightSaving: changesOf(schedule, fromMs, runs).map(noteOf),
        }),
      );
    }),
  ];
}

/** @throws {Problem} 422 saying what is wrong with the schedule or its timezone. */
function read(text: string, timezone: string, fromMs: number, kind: ScheduleKind | undefined): Schedule {
  try {
    checkTimezone(timezone);
  } catch (error) {
    throw invalid('/timezone', error);
  }
  try {
    return parseSchedule(text, timezone, fromMs, kind);
  } catch (error) {
    throw invalid('/schedule', error);
  }
}

function invalid(path: string, error: unknown): Error {
  if (!(error instanceof RangeError)) throw error;
  return unprocessable('The schedule cannot be read.', 'INVALID_SCHEDULE', [{ path, reason: error.message }]);
}

/** A schedule of EventBridge Scheduler for one time that has passed would be made for nothing. */
function over(text: string): Error {
  const reason = `"${text}" lies in the past: it never comes; write a time to come, or say \`from\` when it is asked`;
  return unprocessable('The schedule is over.', 'INVALID_SCHEDULE', [{ path: '/schedule', reason }]);
}

function nextOf(schedule: Schedule, fromMs: number, count: number): number[] {
  const runs: number[] = [];
  let at = schedule.next(fromMs);
  for (; at !== undefined && at <= LAST_MS && runs.length < count; at = schedule.next(at)) runs.push(at);
  return runs;
}

/** Changes of the clock on whose day a run comes, or that skip or repeat a time before the last of the runs. */
function changesOf(schedule: Schedule, fromMs: number, runs: readonly number[]): ClockChange[] {
  const [last = fromMs] = runs.slice(-1);
  const found = new Map<string, ClockChange>();
  const windows = [[fromMs, Math.min(last, fromMs + YEAR_MS)], ...runs.map((run) => [run - DAY_MS, run + DAY_MS])];
  for (const [since = 0, until = 0] of windows) {
    for (const change of schedule.changes(since, until)) {
      const { at, timezone, effect } = change;
      const isNear = runs.some((run) => dateOf(run, timezone) === dateOf(at, timezone));
      const matters = effect !== 'none' && at > fromMs && at <= last;
      if (isNear || matters) found.set(`${at} ${timezone} ${effect}`, change);
    }
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

const EFFECTS: Readonly<Record<ClockChange['effect'], string>> = {
  skipped: 'times between them do not come',
  afterwards: 'times between them come as one, when the clock has been put forward',
  once: 'times between them come the first time alone',
  twice: 'times between them come both times',
  none: 'the schedule has no time between them',
};

function noteOf({ at, timezone, before, after, effect }: ClockChange) {
  const direction = after > before ? 'forward' : 'back';
  const from = new Date(at + before).toISOString().slice(11, 16);
  const to = new Date(at + after).toISOString().slice(11, 16);
  const date = new Date(at + before - 1).toISOString().slice(0, 10);
  return {
    at: new Date(at).toISOString(),
    timezone,
    direction,
    minutes: Math.abs(after - before) / MINUTE_MS,
    effect,
    note: `On ${date} the clocks of ${timezone} are put ${direction} from ${from} to ${to}: ${EFFECTS[effect]}.`,
  };
}

const dateOf = (at: number, timezone: string): number => Math.floor(toWallClock(at, timezone) / DAY_MS);

/** What the clock shows, with its distance to UTC: `2026-03-29T03:00:00+02:00`. */
function localTime(at: number, timezone: string): string {
  const wall = toWallClock(at, timezone);
  const minutes = Math.round((wall - at) / MINUTE_MS);
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const offset = `${minutes < 0 ? '-' : '+'}${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  return new Date(wall).toISOString().replace('.000Z', '').replace('Z', '') + offset;
}
