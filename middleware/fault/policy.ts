// Faults at a service's own door: some requests are delayed, some are aborted, and every answer they had a part in says so.
import { withHeader } from '../kernel/answer-header.ts';
import { sleep } from '../kernel/clock.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { recordsOf } from '../kernel/trigger.ts';
import { endBatch, holdStruck, strikeRecords } from './batch.ts';
import { FAULT_HEADER, FaultInjected, refusedBy, tell } from './injected.ts';
import { requestIdOf } from './request-id.ts';
import { compileFaults, type Faults, type Met } from './rule.ts';
import { disturbedTable } from './store.ts';

export const faultPolicy: Policy<Faults> = {
  name: 'fault',
  compile: faultCompile,
  before: faultBefore,
  after: faultAfter,
};

function faultCompile(rules: RuleDocument, instance: Instance): Faults {
  const faults = compileFaults(rules);
  // By the rules in force at each exchange: these may yet be rejected.
  const placed = () => instance.rules.snapshot.of(faultPolicy).store;
  instance.table.interpose(faults.store && ((beneath) => disturbedTable(beneath, instance, placed)));
  return faults;
}

function faultBefore(invocation: Invocation, faults: Faults): void | Promise<void> {
  const placed = faults.resources.get(invocation.resource.name);
  if (!placed) return undefined;
  const { instance, resource, trigger, event } = invocation;
  const nowMs = invocation.nowMs();
  if (!instance.rules.takesFaultsAt(nowMs)) return undefined;
  if (trigger.face === 'sqs') {
    const { delay, struck } = strikeRecords(recordsOf(event), trigger.source.endsWith('.fifo'), (id) =>
      placed.meets(invocation, id, nowMs),
    );
    for (const met of new Set(struck.values())) {
      tell(invocation, met, resource.name, [...struck.values()].filter((one) => one === met).length);
    }
    if (delay && ![...struck.values()].includes(delay)) tell(invocation, delay, resource.name);
    const real = new Map([...struck].filter(([, { shadow }]) => !shadow));
    return delay && !delay.shadow
      ? delayed(invocation, delay).then(() => holdStruck(invocation, real))
      : holdStruck(invocation, real);
  }
  const met = placed.meets(invocation, requestIdOf(invocation), nowMs);
  if (!met) return undefined;
  tell(invocation, met, resource.name);
  if (met.shadow) return undefined;
  if (met.delayMs > 0) return delayed(invocation, met).then(() => abort(invocation, met));
  return abort(invocation, met);
}

/** At most until the deadline. What a drill takes is no part of how long the service takes. @throws {Refused} at the deadline. */
async function delayed(invocation: Invocation, { fault, delayMs }: Met): Promise<void> {
  const { clock } = invocation.instance;
  const leftMs = invocation.remainingMs();
  const startedAt = clock.precise();
  await sleep(clock, Math.min(delayMs, leftMs));
  invocation.injectedMs += clock.precise() - startedAt;
  if (delayMs >= leftMs) throw refusedBy(fault, 504, 'its delay lasted until the deadline');
}

/** Only where somebody waits for the answer or the run comes again: what its platform gives up would be lost. */
function abort(invocation: Invocation, { fault, abort: ending }: Met): void {
  if (!ending) return;
  const { kind } = invocation.trigger;
  if (kind === 'http' || kind === 'schedule') throw refusedBy(fault, ending.status ?? 500);
  if (kind !== 'direct') return;
  // A drill is no failure of this service, however it looks to who called.
  invocation.outcome = 'refused';
  throw new FaultInjected(fault, ending);
}

function faultAfter(invocation: Invocation): void {
  endBatch(invocation);
  const { faults, trigger, event, response } = invocation;
  if (!faults || trigger.kind !== 'http') return;
  invocation.response = withHeader(response, trigger.face, event, FAULT_HEADER, [...faults].join(', '));
}
