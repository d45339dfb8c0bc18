// Breakers that can hardly open at the rate at which a service has been calling lately: warnings, from what instances told.
import type { BreakerRule, RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../middleware/kernel/units.ts';
import { minuteOf, readMinutes, type Tallies } from '../../store/items/telemetry.ts';
import type { Table } from '../../store/port.ts';
import { pointerOf, type FieldError } from '../api/index.ts';

const MINUTE_MS = 60_000;
/** The minutes that are over and told of: the last one may still be. */
const MINUTES = 4;
/** What a breaker counts over, and how much it wants to see, unless its rule says otherwise. */
const WINDOW_MS = 30_000;
const MINIMUM_CALLS = 20;
/** Pages of instances looked at for one minute; a larger fleet calls often enough. */
const MOST_PAGES = 3;

/** Those whose window does not see `minimumCalls` at the rate of the last minutes; nothing is said of what was never called. */
export async function hardlySeen(
  table: Table,
  service: string,
  { resources = {}, dependencies = {} }: RuleDocument,
  nowMs: number,
): Promise<FieldError[]> {
  const watched = [...watchedIn('dependencies', dependencies), ...watchedIn('resources', resources)];
  if (watched.length === 0) return [];
  const minutes = Array.from({ length: MINUTES }, (_, ago) => minuteOf(nowMs - (ago + 1) * MINUTE_MS));
  const totals = { dependencies: new Map<string, number>(), resources: new Map<string, number>() };
  await Promise.all(minutes.map((minute) => addMinute(table, service, minute, totals)));
  return watched.flatMap(({ section, name, minimumCalls, windowMs, consecutive }) => {
    const calls = totals[section].get(name) ?? 0;
    const seen = (calls / (MINUTES * MINUTE_MS)) * windowMs;
    if (calls === 0 || consecutive || seen >= minimumCalls) return [];
    const about = seen < 1 ? 'less than one' : `about ${Math.floor(seen)}`;
    const reason = `hardly opens: it wants ${minimumCalls} calls within ${windowMs / 1000} s, and of late there were ${about}`;
    return [{ path: pointerOf([section, name, 'breaker']), reason }];
  });
}

interface Watched {
  readonly section: 'dependencies' | 'resources';
  readonly name: string;
  readonly minimumCalls: number;
  readonly windowMs: number;
  /** Whether it opens on failures in a row as well, however seldom they come. */
  readonly consecutive: boolean;
}

function watchedIn(
  section: Watched['section'],
  rules: Readonly<Record<string, { readonly breaker?: BreakerRule | undefined }>>,
): Watched[] {
  return Object.entries(rules).flatMap(([name, { breaker }]) => {
    if (!breaker || breaker.mode === 'disabled' || breaker.key) return [];
    const { window, consecutiveFailures } = breaker;
    // A window of the last so many calls sees them whenever they were.
    if (window && 'calls' in window) return [];
    const windowMs = window && 'time' in window ? parseDuration(window.time) : WINDOW_MS;
    const minimumCalls = window?.minimumCalls ?? MINIMUM_CALLS;
    return [{ section, name, windowMs, minimumCalls, consecutive: consecutiveFailures !== undefined }];
  });
}

type Totals = Readonly<Record<Watched['section'], Map<string, number>>>;

async function addMinute(table: Table, service: string, minute: string, totals: Totals): Promise<void> {
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await readMinutes(table, service, minute, cursor);
    for (const { calls, resources } of page.minutes) {
      add(totals.dependencies, calls);
      add(totals.resources, resources);
    }
    cursor = page.cursor;
    if (cursor === undefined) return;
  }
}

function add(totals: Map<string, number>, tallies: Tallies): void {
  for (const [name, { outcomes }] of Object.entries(tallies)) {
    const calls = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    totals.set(name, (totals.get(name) ?? 0) + calls);
  }
}
