// What a run says of where it runs and who began it: by this the control plane can start its job again by hand.
import type { RunStarter, RunStart } from '../../store/items/job-runs.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { isObject, textOf } from '../kernel/trigger.ts';

const LONGEST_NAME = 128;
const LONGEST_REASON = 500;

/** Where a run's own function is, and what has brought it. */
export function originOf(invocation: Invocation): Pick<RunStart, 'function' | 'schedule' | 'startedBy'> {
  const { context, trigger } = invocation;
  const { invokedFunctionArn, functionName } = context as Partial<typeof context>;
  return {
    // With the alias or version it was invoked by; what is no ARN comes from a laptop.
    function: invokedFunctionArn?.startsWith('arn:') ? invokedFunctionArn : functionName,
    schedule: trigger.kind === 'schedule' && trigger.source !== '' ? trigger.source.slice(0, LONGEST_NAME) : undefined,
    startedBy: starterOf(invocation),
  };
}

/** Believed of events alone that only somebody with a permission to invoke the function can have written. */
export function starterOf({ trigger, event }: Invocation): RunStarter | undefined {
  if ((trigger.kind !== 'schedule' && trigger.kind !== 'direct') || trigger.byOutsider === true) return undefined;
  const mark = isObject(event) ? event['flyball'] : undefined;
  const started = isObject(mark) ? mark['startedBy'] : undefined;
  if (!isObject(started)) return undefined;
  const by = textOf(started['by']);
  if (!by) return undefined;
  return { by: by.slice(0, LONGEST_NAME), reason: textOf(started['reason'])?.slice(0, LONGEST_REASON) };
}
