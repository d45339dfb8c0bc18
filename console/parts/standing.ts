// How an alert stands with people: burning with nobody on it, waiting for its hour, in somebody's hands, kept quiet, over.
import type { Hold, OpenAlert } from '../api/alerts.ts';
import type { Kind } from './state.tsx';

export type Standing =
  'resolved' | 'acknowledged' | 'silenced' | 'inhibited' | 'muted' | 'deferred' | 'urgent' | 'firing';

export const KIND_OF: Record<Standing, Kind> = {
  resolved: 'ok',
  acknowledged: 'off',
  silenced: 'off',
  inhibited: 'off',
  muted: 'held',
  deferred: 'held',
  urgent: 'bad',
  firing: 'bad',
};

/** Somebody has said that they have it, and that still stands. */
export const isAcknowledged = ({ acknowledged }: Pick<OpenAlert, 'acknowledged'>, at: number): boolean =>
  acknowledged !== undefined && (acknowledged.until === undefined || Date.parse(acknowledged.until) > at);

export function standingOf(alert: OpenAlert, at: number): Standing {
  if (alert.status === 'resolved') return 'resolved';
  if (isAcknowledged(alert, at)) return 'acknowledged';
  const isHeld = (kind: Hold['kind']) => alert.held.some((hold) => hold.kind === kind);
  if (isHeld('silenced')) return 'silenced';
  if (isHeld('inhibited')) return 'inhibited';
  // Where somebody has been told already, what another channel waits for leaves nobody waiting.
  if (alert.told.length === 0) {
    if (isHeld('deferred')) return 'deferred';
    if (isHeld('muted')) return 'muted';
  }
  return alert.severity === 'realtime' ? 'urgent' : 'firing';
}

/** Whether somebody should look now: it burns, nobody has it, and it does not wait for a later hour. */
export const needsYou = (alert: OpenAlert, at: number): boolean => KIND_OF[standingOf(alert, at)] === 'bad';

const RANK = { realtime: 0, high: 1, deferred: 2 } as const;

/** The most severe first, of those the oldest: the order stays while nothing changes. */
export const worstFirst = (a: OpenAlert, b: OpenAlert): number =>
  RANK[a.severity] - RANK[b.severity] || a.since.localeCompare(b.since) || a.id.localeCompare(b.id);
