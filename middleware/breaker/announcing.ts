// Tells that a breaker has changed, once there is what tells it: a breaker seldom does, so that is loaded with the first change.
import type { BreakerRecord } from '../../store/items/breaker-record.ts';
import type { StoreRejected } from '../../store/port.ts';
import type { FleetView } from './fleet-view.ts';
import { loadChanged, changedIfHere } from './later.ts';
import type * as Changed from './changed.ts';

/** What an instance has seen of the fleet's breaker. */
export interface Change {
  /** As this instance has shown it. */
  readonly from: string;
  readonly to: string;
  readonly record: BreakerRecord;
  /** This instance moved it. */
  readonly decidedHere: boolean;
}

/** Never throws or waits. */
export function announce(view: FleetView, change: Change): void {
  const here = changedIfHere();
  if (here) here.tellChange(view, change);
  else void later(view, ({ tellChange }) => tellChange(view, change));
}

/** The same of the breaker that an instance has for itself. */
export function announceHere(view: FleetView, from: string, to: string): void {
  const here = changedIfHere();
  if (here) here.tellHere(view, from, to);
  else void later(view, ({ tellHere }) => tellHere(view, from, to));
}

/** That the store refuses what is asked of it. */
export function announceRefused(view: FleetView, error: StoreRejected): void {
  const here = changedIfHere();
  if (here) here.tellRefused(view, error);
  else void later(view, ({ tellRefused }) => tellRefused(view, error));
}

let put = 0;

/**
 * Beside the handler, and waited for at its end as exchanges are: what is frozen would tell it when thawed. Each by a name
 * of its own: one exchange may bring several changes.
 */
function later(view: FleetView, tell: (by: typeof Changed) => void): Promise<void> {
  return view.instance.syncs.start(`breaker:announce:${put++}`, async () => {
    tell(await loadChanged());
  });
}
