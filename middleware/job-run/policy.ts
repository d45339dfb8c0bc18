// Keeps account of one run of a job: its beginning beside the handler, its end before the invocation does.
import { beginRun, endRun, type RunEnd, type RunStart } from '../../store/items/job-runs.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import type { Outcome } from '../kernel/outcome.ts';
import type { Policy } from '../kernel/policy.ts';
import { isAnnounced } from '../kernel/rules/awaited-jobs.ts';
import { parseDuration } from '../kernel/units.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import { accountOf } from './account.ts';
import { announceEnd, announceStart } from './announced.ts';
import { failureOf } from './failure.ts';
import { originOf, starterOf } from './origin.ts';
import { Account } from './under-way.ts';

/**
 * How long each try to write the end may take, in ms. It is worth a second try, being what a night's sleep waits for,
 * but a store that does not answer may not hold the function up: both together stay within a quarter of a second.
 */
const END_TRIES_MS = [storeLimitMs(100), storeLimitMs(150)] as const;

interface RunRules {
  /** From the rules' `jobs`; without it the platform's own limit tells when a run must be over. */
  readonly maxRuntimeMs: number | undefined;
  /** `noHeartbeatFor`. */
  readonly silenceMs: number | undefined;
  /** Somebody may wait for it. */
  readonly announced: boolean;
}

/** Accounts for each invocation as a run of `job`. */
export function jobRunPolicy(job: string): Policy<RunRules> {
  return {
    name: 'job-run',
    compile(rules) {
      const { maxRuntime, noHeartbeatFor } = rules.jobs?.[job] ?? {};
      return { maxRuntimeMs: inMs(maxRuntime), silenceMs: inMs(noHeartbeatFor), announced: isAnnounced(rules, job) };
    },
    before(invocation, { maxRuntimeMs, silenceMs, announced }) {
      const { instance, requestId, startedAt, context } = invocation;
      const start: RunStart = {
        service: instance.service,
        job,
        // An asynchronous retry carries the same request id; its start time tells it apart.
        run: requestId || `${instance.id}-${startedAt}`,
        startedAt,
        scheduledAt: scheduledAt(invocation),
        instance: instance.id,
        requestId,
        maxRuntimeAt: maxRuntimeMs === undefined ? undefined : startedAt + maxRuntimeMs,
        silenceMs,
        limitAt: startedAt + (context.getRemainingTimeInMillis?.() ?? 900_000),
        ...originOf(invocation),
      };
      accountOf(invocation).run = new Account(invocation, start);
      void instance.syncs.start(`job-run:${start.run}`, async (signal) => {
        await beginRun(instance.table, start, { signal });
      });
      invocation.job = `${instance.service}:${job}`;
      return announced ? announceStart(invocation, start) : undefined;
    },
    async after(invocation, { announced }) {
      const { run } = accountOf<Account>(invocation);
      if (!run) return;
      const { start } = run;
      await Promise.all([
        writeEnd(invocation, start, endOf(invocation, run)),
        announced ? announceEnd(invocation, start) : undefined,
      ]);
    },
  };
}

const inMs = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text));

function endOf(invocation: Invocation, { counts, progress }: Account): RunEnd {
  const endedAt = invocation.instance.clock.now();
  const durationMs = Math.max(0, endedAt - invocation.startedAt);
  const end = { endedAt, durationMs, counts, progress };
  if (invocation.outcome === 'refused') return { ...end, status: 'skipped' };
  if (invocation.outcome === 'ok') return { ...end, status: 'succeeded' };
  const error =
    invocation.error ?? new Error(`the handler answered with the outcome "${invocation.outcome ?? 'error'}"`);
  const businessCode = businessCodeOf(invocation.outcome);
  const because = businessCode === undefined ? {} : { businessCode };
  return { ...end, status: 'failed', error: { ...failureOf(error), ...because } };
}

function businessCodeOf(outcome: Outcome | undefined): string | undefined {
  return outcome?.startsWith('business:') ? outcome.slice('business:'.length) : undefined;
}

/** An end that cannot be written is not lost for good: the monitor finds the run past its time, and says so. */
async function writeEnd(invocation: Invocation, start: RunStart, end: RunEnd): Promise<void> {
  const { instance } = invocation;
  const begunAt = instance.clock.now();
  let failure: unknown;
  for (const timeoutMs of END_TRIES_MS) {
    try {
      // A first try that timed out may have been applied; the second is then refused, which says the same.
      await endRun(instance.table, start, end, { timeoutMs });
      failure = undefined;
      break;
    } catch (error) {
      failure = error;
    }
  }
  invocation.storeWaitedMs += instance.clock.now() - begunAt;
  if (failure === undefined) return;
  instance.recorder.internal('job-run:end-not-written');
  instance.logger.error('flyball could not write how a run ended', {
    job: start.job,
    run: start.run,
    status: end.status,
    ...errorFields(failure),
  });
}

/** When the schedule meant the run to start, as its event says; what was started by hand no schedule has meant. */
function scheduledAt(invocation: Invocation): number | undefined {
  const { trigger, event } = invocation;
  if (starterOf(invocation)) return undefined;
  if (trigger.kind !== 'schedule' || typeof event !== 'object' || event === null || !('time' in event))
    return undefined;
  const ms = typeof event.time === 'string' ? Date.parse(event.time) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
