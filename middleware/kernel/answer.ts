// What stands in place of one of flyball's errors: an answer for the trigger, and a line in the log.
import { logAnswered } from './answered.ts';
import { NEVER_SAID, type FlyballError } from './errors.ts';
import type { Invocation } from './invocation.ts';
import { answerFor } from './refusal.ts';

/** The answer; undefined when the platform must see the error itself. */
export function answerTo(invocation: Invocation, error: FlyballError): unknown {
  sayNever(invocation, error);
  const response = answerFor(invocation, error);
  if (response !== undefined) logAnswered(invocation, error);
  return response;
}

/** Of an invoked function's error nothing but the message reaches the caller. */
function sayNever({ trigger }: Invocation, error: FlyballError): void {
  if (trigger.kind !== 'direct' || error.headers['x-flyball-retry'] !== 'never') return;
  if (!error.message.endsWith(NEVER_SAID)) error.message += NEVER_SAID;
}
