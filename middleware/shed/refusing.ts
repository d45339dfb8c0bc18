// How shedding refuses: counted under its rule, told to whoever waits, and a queue's records sent back each after its delay.
import { receivesOf } from '../kernel/batch.ts';
import { defer } from '../kernel/deferral.ts';
import type { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { recordsOf } from '../kernel/trigger.ts';

/** Somebody waits for the answer, and is told when to come back; what nobody waits for is kept away by us. */
export function isAwaited({ trigger: { kind } }: Invocation): boolean {
  return kind === 'http' || kind === 'direct';
}

export function record(invocation: Invocation, rule: string, shadow: boolean): void {
  const { instance, resource, trigger, event } = invocation;
  const count = trigger.face === 'sqs' ? recordsOf(event).length : 1;
  instance.recorder.refusal('shed', rule, resource.name, count, shadow);
}

/** @throws {Refused} always; a queue's records go back, each after its own delay. */
export function refuse(invocation: Invocation, refused: Refused, delayMs: (receives: number) => number): never {
  if (invocation.trigger.face === 'sqs') {
    const records = recordsOf(invocation.event);
    // A FIFO queue's batch comes back as it was.
    const together = invocation.trigger.source.endsWith('.fifo') ? delayMs(1) : undefined;
    defer(
      invocation,
      records.map((one) => ({ record: one, delayMs: Math.ceil(together ?? delayMs(receivesOf(one))) })),
    );
  }
  throw refused;
}
