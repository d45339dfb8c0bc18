// What there may be something new to say of when a check is written, and the name by which it is said. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { MarkSubject } from './alert-marks.ts';
import type { Check } from './check-record.ts';
import { uniqueKeyOf } from './unique-key.ts';

export { uniqueKeyOf };

export const checkSubject = ({ service, uuid }: Pick<Check, 'service' | 'uuid'>): MarkSubject =>
  `check/${service}/${uniqueKeyOf(uuid)}`;

/** A change of state always tells something; of a check that is down, what is told of it. Pings of one that is up do not. */
export function tells(before: Check, after: Check): boolean {
  if (before.status !== after.status || before.since !== after.since) return true;
  return after.status === 'down' && !isDeepStrictEqual(told(before), told(after));
}

function told({ lastPingAt, name, tags, slug, channels }: Check) {
  return { lastPingAt, name, tags, slug, channels };
}
