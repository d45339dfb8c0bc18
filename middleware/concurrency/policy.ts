// The concurrency policy: an invocation holds a permit of each rule from before its handler to its end, or is refused.
import { defer, heldRecordsOf } from '../kernel/deferral.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { registerGauge } from '../kernel/load.ts';
import type { Policy } from '../kernel/policy.ts';
import { recordsOf } from '../kernel/trigger.ts';
import { admit, isOfTheStore, priorityOf, type NotAdmitted } from './admission.ts';
import { claimFromFleet } from './fleet.ts';
import { claimHere, Holding } from './holding.ts';
import { gaugeOf } from './load.ts';
import { Memory } from './memory.ts';
import { awayMs } from './refused.ts';
import { compileConcurrency, type CompiledConcurrency, type Concurrency, type ResourceConcurrency } from './rule.ts';
import { reportIfDue } from './shared-limit.ts';

export const concurrencyPolicy: Policy<Concurrency> = {
  name: 'concurrency',
  compile(document, instance) {
    const memory = instance.state(concurrencyPolicy, () => new Memory());
    const concurrency = compileConcurrency(document, memory);
    for (const rule of concurrency.all) registerGauge(instance, rule.name, gaugeOf(rule));
    return concurrency;
  },
  before: concurrencyBefore,
};

function concurrencyBefore(invocation: Invocation, concurrency: Concurrency): void | Promise<void> {
  const rules = concurrency.of(invocation.resource.name);
  if (!rules) return undefined;
  const holding = invocation.state(concurrencyPolicy, () => new Holding(invocation));
  for (const rule of [...rules.enforced, ...rules.shadow]) {
    if (rule.bounds) reportIfDue(invocation, rule, rule.bounds);
  }
  const verdict = admit(invocation, rules.enforced, holding);
  if (verdict instanceof Promise) return verdict.then((awaited) => obey(invocation, rules, holding, awaited));
  obey(invocation, rules, holding, verdict);
  return undefined;
}

function obey(
  invocation: Invocation,
  { enforced, shadow }: ResourceConcurrency,
  holding: Holding,
  verdict: NotAdmitted | undefined,
): void {
  const { recorder, clock } = invocation.instance;
  if (verdict) {
    recorder.refusal('concurrency', verdict.rule.name, invocation.resource.name, countOf(invocation), false);
    deferAll(invocation);
    throw verdict.refused;
  }
  holding.admitted([...enforced, ...shadow], clock.precise());
  for (const rule of shadow) observe(invocation, rule, holding);
}

/** A queue's batch is one holder; refused, all of its records go back. */
const countOf = ({ trigger, event }: Invocation) => (trigger.face === 'sqs' ? recordsOf(event).length : 1);

/** The records that brought this invocation go back, each for a while of its own; a FIFO queue's batch as it was. */
function deferAll(invocation: Invocation): void {
  const { random } = invocation.instance;
  const records = heldRecordsOf(invocation);
  const together = invocation.trigger.source.endsWith('.fifo') ? awayMs(random) : undefined;
  if (records.length === 0) return;
  defer(
    invocation,
    records.map((record) => ({ record, delayMs: together ?? awayMs(random) })),
  );
}

/** A rule in shadow takes permits as if it were in force and tells what it would have refused; nobody waits for it. */
function observe(invocation: Invocation, rule: CompiledConcurrency, holding: Holding): void {
  const { instance, resource, requestId } = invocation;
  const wouldRefuse = () =>
    instance.recorder.refusal('concurrency', rule.name, resource.name, countOf(invocation), true);
  if (!rule.fleet) {
    const permit = claimHere(rule, rule.claimableBy(priorityOf(invocation)).upTo);
    if (permit) holding.add(permit);
    else wouldRefuse();
    return;
  }
  void instance.syncs.start(`concurrency-shadow:${rule.name}:${requestId}`, async () => {
    try {
      const permit = await claimFromFleet(invocation, rule, priorityOf(invocation), (doubtful) =>
        holding.add(doubtful),
      );
      if (!permit) {
        wouldRefuse();
        return;
      }
      permit.keep();
      holding.add(permit);
    } catch (error) {
      if (!isOfTheStore(error)) throw error;
      instance.recorder.internal('concurrency:store-failed');
    }
  });
}
