// Refuses what a resource is asked for while a run of a job is under way that its rule names: `pausedWhile`.
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { awaitedJobsOf } from '../kernel/rules/awaited-jobs.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { awayMs, pausedByJob, pausedByJobMs } from './refused.ts';
import { isAwaited, record, refuse } from './refusing.ts';
import { runningJob, WAIT_MS, type RunningJob } from './running-job.ts';

interface Wait {
  readonly job: RunningJob;
  readonly shadow: boolean;
}

export interface Pausing {
  readonly byResource: ReadonlyMap<string, readonly Wait[]>;
  /** All of them, once each: whatever comes to the instance keeps them fresh. */
  readonly jobs: ReadonlySet<RunningJob>;
}

/** Undefined when no resource waits for a job. */
export function compilePausing({ service, resources = {} }: RuleDocument, instance: Instance): Pausing | undefined {
  const byResource = new Map<string, Wait[]>();
  for (const [name, rule] of Object.entries(resources)) {
    const waits = awaitedJobsOf(rule, service)
      .filter(({ mode }) => mode !== 'disabled')
      .map((one) => ({ job: runningJob(instance, one.service, one.job), shadow: one.mode === 'shadow' }));
    if (waits.length > 0) byResource.set(name, waits);
  }
  if (byResource.size === 0) return undefined;
  return { byResource, jobs: new Set([...byResource.values()].flat().map(({ job }) => job)) };
}

/** Waits for the table only when what is known is too old. @throws {Refused} while a job runs; then it has been counted. */
export function refuseWhileRunning(invocation: Invocation, { byResource, jobs }: Pausing): void | Promise<void> {
  const nowMs = invocation.instance.clock.now();
  for (const job of jobs) job.refresh(nowMs);
  const waits = byResource.get(invocation.resource.name);
  if (!waits) return undefined;
  const looking = waits.flatMap(({ job }) => job.look(nowMs) ?? []);
  if (looking.length === 0) return decide(invocation, waits);
  return within(invocation, Promise.all(looking)).then(() => decide(invocation, waits));
}

function decide(invocation: Invocation, waits: readonly Wait[]): void {
  const { clock, random } = invocation.instance;
  const nowMs = clock.now();
  let last: { readonly id: string; readonly leftMs: number } | undefined;
  for (const { job, shadow } of waits) {
    // A job is not kept from running by its own runs.
    if (job.id === invocation.job) continue;
    const leftMs = job.leftMs(nowMs);
    if (leftMs === undefined) job.sayUnknown(nowMs);
    else if (shadow) record(invocation, `job:${job.id}`, true);
    else if (!last || leftMs > last.leftMs) last = { id: job.id, leftMs };
  }
  if (!last) return;
  const { id, leftMs } = last;
  record(invocation, `job:${id}`, false);
  const waitMs = isAwaited(invocation) ? pausedByJobMs(leftMs, random) : awayMs(1, random);
  // When it ends is known at the latest alone: what waits in a queue looks again before that, less and less often.
  const away = (receives: number) => Math.min(leftMs * (1 + 0.25 * random()), awayMs(receives, random));
  refuse(invocation, pausedByJob(id, invocation.resource.name, waitMs), away);
}

/** As long as the invocation may still wait for the table. */
async function within(invocation: Invocation, looking: Promise<unknown>): Promise<void> {
  const { clock } = invocation.instance;
  const startedAt = clock.now();
  let cancel = () => {};
  const limit = new Promise<void>((resolve) => {
    cancel = clock.after(invocation.storeWaitMs(WAIT_MS), resolve);
  });
  await Promise.race([looking, limit]);
  cancel();
  invocation.storeWaitedMs += clock.now() - startedAt;
}
