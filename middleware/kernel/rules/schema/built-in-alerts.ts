// What a document changes of the alerts that there are by themselves: how urgent they are, or that there are none.
import { z } from 'zod';

const urgency = z
  .enum(['off', 'realtime', 'high', 'deferred'], 'one of off, realtime, high, deferred')
  .meta({ description: 'the severity of all of them; off: nobody is told' })
  .optional();

export const builtInAlerts = z.strictObject({
  breakers: urgency,
  throttles: urgency,
  quotas: urgency,
  objectives: urgency,
  fleet: urgency,
  saturation: urgency,
});
