// Who has been told what of an alert. Pure.
import type { Alert, Delivery } from '../../../store/items/alert-record.ts';

export const isUnsettled = ({ state }: Delivery): boolean => state === 'pending' || state === 'claimed';

/** It has arrived, or may have. */
export const wasTold = ({ state, maybeSent = false }: Delivery): boolean =>
  state === 'sent' || state === 'claimed' || maybeSent;

/** Nobody has tried to send it: it can be taken back unseen. */
export const isUntried = ({ state, attempts, maybeSent = false }: Delivery): boolean =>
  state === 'pending' && attempts === 0 && !maybeSent;

/** What a channel was told last. */
export const lastTold = ({ deliveries }: Alert, channel: string): Delivery | undefined =>
  deliveries.findLast((delivery) => delivery.channel === channel && wasTold(delivery));

/** Those to a channel that were not taken back, oldest first. */
export const deliveriesTo = (deliveries: readonly Delivery[], channel: string): Delivery[] =>
  deliveries.filter((delivery) => delivery.channel === channel && (delivery.state !== 'dropped' || wasTold(delivery)));

/** It says that it is over. */
export const isEnd = ({ kind, recovered = false }: Delivery): boolean => kind === 'resolved' || recovered;
