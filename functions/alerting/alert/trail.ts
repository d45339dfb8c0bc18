// What was decided about an alert and what came of it, in order: changes alone, so that `why` can be read. Pure.
import type { Alert, TrailEntry } from '../../../store/items/alert-record.ts';

/** How it began is kept, and how it went on lately. */
const FIRST_KEPT = 10;
const MOST_ENTRIES = 100;
const LONGEST_DETAIL = 300;

export function withTrail(alert: Alert, added: readonly TrailEntry[]): Alert {
  if (added.length === 0) return alert;
  const all = [...alert.trail, ...added.map(shortened)];
  const forgotten = Math.max(0, all.length - MOST_ENTRIES);
  return {
    ...alert,
    trail: forgotten === 0 ? all : [...all.slice(0, FIRST_KEPT), ...all.slice(FIRST_KEPT + forgotten)],
    trailForgotten: alert.trailForgotten + forgotten,
  };
}

const shortened = (entry: TrailEntry): TrailEntry =>
  entry.detail.length <= LONGEST_DETAIL
    ? entry
    : { ...entry, detail: `${entry.detail.slice(0, LONGEST_DETAIL - 1).toWellFormed()}…` };
