// What stands in place of one of flyball's errors: an answer for the trigger, and a line in the log.
import { logAnswered } from './answered.ts';
import type { FlyballError } from './errors.ts';
import type { Invocation } from './invocation.ts';
import { answerFor } from './refusal.ts';

/** The answer; undefined when the platform must see the error itself. */
export function answerTo(invocation: Invocation, error: FlyballError): unknown {
  const response = answerFor(invocation, error);
  if (response !== undefined) logAnswered(invocation, error);
  return response;
}
