// How a service stands, of its alerts and of the newest five minutes that are counted of it. Pure.
import type { OpenAlert } from '../../api/alerts.ts';
import { faresOf } from '../../parts/fares.ts';
import type { Kind } from '../../parts/state.tsx';
import type { ServiceEntry } from './answers.ts';
import type { Traffic } from './windows.ts';

export interface Standing {
  readonly kind: Kind;
  readonly text: 'alerting' | 'held' | 'failing' | 'unwell' | 'healthy' | 'idle' | 'uncounted' | 'ungoverned';
  /** Alerts: those that need somebody, or else all. */
  readonly count: number;
}

/** `firing` are its alerts, `waiting` those of them that need somebody. */
export function stateOf(
  { revision }: Pick<ServiceEntry, 'revision'>,
  { rate, failedShare, refusedShare }: Traffic,
  firing: readonly OpenAlert[],
  waiting: readonly OpenAlert[],
): Standing {
  const fares = faresOf(failedShare ?? 0, refusedShare ?? 0);
  if (waiting.length > 0) {
    const isBad = fares === 'bad' || waiting.some(({ severity }) => severity === 'realtime');
    return { kind: isBad ? 'bad' : 'warn', text: 'alerting', count: waiting.length };
  }
  const count = firing.length;
  if (fares !== 'ok') return { kind: fares, text: fares === 'bad' ? 'failing' : 'unwell', count };
  if (count > 0) return { kind: 'held', text: 'held', count };
  if (revision === undefined) return { kind: 'off', text: 'ungoverned', count };
  if (rate === null) return { kind: 'unknown', text: 'uncounted', count };
  return rate === 0 ? { kind: 'off', text: 'idle', count } : { kind: 'ok', text: 'healthy', count };
}

const WORST_FIRST: readonly Kind[] = ['bad', 'warn', 'held', 'ok', 'unknown', 'off'];

/** Sorts the worst first: by kind, and of one kind by what fails and is refused. */
export const rankOf = ({ kind }: Standing, { failedShare, refusedShare }: Traffic): number =>
  WORST_FIRST.indexOf(kind) - (failedShare ?? 0) / 2 - (refusedShare ?? 0) / 4;

/** Why it is said to stand so: one text tells all thresholds. */
export const titleOf = (text: Standing['text']) =>
  text === 'failing' || text === 'unwell' ? 'healthyTitle' : (`${text}Title` as const);
