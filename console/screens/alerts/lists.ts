// Which alerts stand in which list, as the API has it. Pure.
import type { OpenAlert } from '../../api/alerts.ts';
import { isAcknowledged } from '../../parts/standing.ts';

export const LISTS = ['firing', 'held', 'acknowledged', 'silenced', 'resolved'] as const;
export type ListName = (typeof LISTS)[number];

/** What fires may be held, acknowledged and silenced besides. */
export function standsIn(name: ListName, alert: OpenAlert, at: number): boolean {
  const { status, held } = alert;
  if (name === 'resolved') return status === 'resolved';
  if (status !== 'firing') return false;
  if (name === 'acknowledged') return isAcknowledged(alert, at);
  if (name === 'silenced') return held.some(({ kind }) => kind === 'silenced');
  return name === 'firing' || held.some(({ kind }) => kind !== 'acknowledged' && kind !== 'silenced');
}

export interface Filters {
  readonly kind: string;
  readonly severity: string;
  /** The beginning of the name is enough. */
  readonly service: string;
  readonly owner: string;
}

/** As far as given. */
export const passes = ({ kind, severity, service, owner }: Filters, alert: OpenAlert): boolean =>
  (kind === '' || alert.kind === kind) &&
  (severity === '' || alert.severity === severity) &&
  (service === '' || alert.service === service) &&
  (owner === '' || alert.owner === owner);
