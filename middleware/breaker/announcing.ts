// Tells that a breaker has changed, once there is what tells it: a breaker seldom does, so that is loaded with the first change.
import type { BreakerRecord } from '../../store/items/breaker-record.ts';
import type * as Announce from './announce.ts';
import type { FleetView } from './fleet-view.ts';

/** What an instance has seen of the fleet's breaker. */
export interface Change {
  /** As this instance has shown it. */
  readonly from: string;
  readonly to: string;
  readonly record: BreakerRecord;
  /** This instance moved it. */
  readonly decidedHere: boolean;
}

let loaded: typeof Announce | undefined;

/** For tests whose time stands still while a file is read. */
export async function loadAnnounce(): Promise<void> {
  loaded = await import('./announce.ts');
}

/** Never throws or waits. */
export function announce(view: FleetView, change: Change): void {
  if (loaded) loaded.tellChange(view, change);
  else void later(view, () => loaded?.tellChange(view, change));
}

/** The same of the breaker that an instance has for itself. */
export function announceHere(view: FleetView, from: string, to: string): void {
  if (loaded) loaded.tellHere(view, from, to);
  else void later(view, () => loaded?.tellHere(view, from, to));
}

/** Beside the handler, and waited for at its end as exchanges are: what is frozen would tell it when thawed. */
function later(view: FleetView, tell: () => void): Promise<void> {
  return view.instance.syncs.start(`breaker:announce:${view.id}:${view.exchanges}`, async () => {
    await loadAnnounce();
    tell();
  });
}
