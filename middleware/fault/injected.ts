// What injected faults look like to those they meet, and what is told of them: so that nobody takes them for real ones.
import { FlyballError, Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Ending, Met } from './rule.ts';

export const FAULT_HEADER = 'x-flyball-fault';

/** The failure of whoever was asked, as a drill has it: of a queue's record, of a direct invoke. */
export class FaultInjected extends FlyballError {
  override readonly name = 'FaultInjected';
  static override readonly CODE = 'FLYBALL_FAULT_INJECTED';
  readonly code = FaultInjected.CODE;
  readonly statusCode: number;

  constructor(fault: string, { status = 500 }: Ending) {
    super(`FLYBALL_FAULT_INJECTED: the fault "${fault}" was injected: a drill, no failure`);
    this.statusCode = status;
    this.headers[FAULT_HEADER] = fault;
  }
}

/** In the place of an answer to a web request, or of a scheduled run. */
export function refusedBy(fault: string, status: number, why = 'a drill, no failure'): Refused {
  return new Refused({
    by: 'fault',
    rule: fault,
    statusCode: status,
    headers: { [FAULT_HEADER]: fault },
    message: `the fault "${fault}" was injected: ${why}`,
  });
}

/** Counts what has met somebody, and has the answer and the trace of the invocation name it. */
export function tell(invocation: Invocation, { fault, shadow, abort }: Met, place: string, count = 1): void {
  const { recorder } = invocation.instance;
  // Of the whole fault: what was only delayed, too, would have been met.
  if (shadow) recorder.refusal('fault', fault, place, count, true);
  else {
    recorder.internal(`fault:${fault}`);
    (invocation.faults ??= new Set()).add(fault);
    if (abort && place === invocation.resource.name) recorder.refusal('fault', fault, place, count, false);
  }
}
