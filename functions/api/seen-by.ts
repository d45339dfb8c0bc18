// An alert as its reader may see it: a key for some services does not learn the keys of other services' alerts. Pure.
import type { Alert } from '../../store/items/alert-record.ts';
import { inScope, type Caller } from './auth.ts';
import { keyFor, wordsFor } from './speaking.ts';

export function seenBy(caller: Caller, alert: Alert): Alert {
  if (caller.services === undefined) return alert;
  const known = (service: string) => inScope(caller, service);
  const words = (said: string) => wordsFor(said, known);
  const maybe = (said: string | undefined) => (said === undefined ? undefined : words(said));
  const { condition, holds, deliveries, trail } = alert;
  const { because } = condition;
  return {
    ...alert,
    condition: because === undefined ? condition : { ...condition, because: keyFor(because, known) },
    holds: holds.map((hold) =>
      hold.kind === 'inhibited'
        ? { ...hold, by: hold.by === undefined ? undefined : keyFor(hold.by, known), reason: words(hold.reason) }
        : hold,
    ),
    deliveries: deliveries.map((one) => ({ ...one, reason: words(one.reason), error: maybe(one.error) })),
    trail: trail.map((entry) => ({ ...entry, detail: words(entry.detail) })),
  };
}
