// A request on its way to a handler: an event as a gateway makes it, from one of so many clients.
import { triggerOf, type Trigger } from '../../../middleware/kernel/trigger.ts';

export interface Ask {
  readonly event: unknown;
  readonly trigger: Trigger;
  /** Which of the rule's keys it meets. */
  readonly key: number;
}

/** `keyed` events say which client they are from. */
export function askOf(key: number, keyed: boolean): Ask {
  if (!keyed) return { event: {}, trigger: triggerOf({}), key };
  const sourceIp = `10.${key >> 16}.${(key >> 8) & 255}.${key & 255}`;
  const event = {
    version: '2.0',
    rawPath: '/',
    headers: {},
    requestContext: { stage: '$default', http: { method: 'GET', path: '/', sourceIp } },
  };
  return { event, trigger: triggerOf(event), key };
}
