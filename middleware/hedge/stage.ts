// Sends a second attempt beside a first one that is slow, and takes the first good answer. Inside of retry, whose budget it
// shares; outside of the breaker, which admits and judges it as it does any attempt.
import type { Instance } from '../kernel/instance.ts';
import type { Call, OutboundPolicy, Reply, Send } from '../kernel/outbound.ts';
import { outcomeTest } from '../kernel/outcome.ts';
import { budgetIn, retryBudgetOf } from '../kernel/retry-budget.ts';
import { parseDuration, parseShare } from '../kernel/units.ts';
import { begin, within, type Attempt } from './attempt.ts';
import { RecentLatency } from './latency.ts';

const DEFAULT_MOST = 0.02;

const isBad = outcomeTest(['connect', 'timeout', 'throttled', 'error', '5xx']);

/** Both live as long as the instance. */
const LATENCIES = {};
const BUDGETS = {};

function latencyOf(dependency: string, instance: Instance): RecentLatency {
  const latencies = instance.state(LATENCIES, () => new Map<string, RecentLatency>());
  let latency = latencies.get(dependency);
  if (!latency) latencies.set(dependency, (latency = new RecentLatency()));
  return latency;
}

export const hedgeOutbound: OutboundPolicy = {
  name: 'hedge',
  stage(dependency, { hedge, retry }, instance) {
    if (!hedge) return undefined;
    const { clock } = instance;
    const { after = 'p95', most } = hedge;
    const fixedMs = after === 'p95' ? undefined : parseDuration(after);
    const latency = latencyOf(dependency, instance);
    // Nothing to start with: it is at most this share of the calls from the first one on.
    const own = budgetIn(BUDGETS, dependency, most === undefined ? DEFAULT_MOST : parseShare(most), 0, instance);
    const retries = retry && retryBudgetOf(dependency, retry, instance);

    /** A hedge is a retry made early. */
    function spend(): boolean {
      return own.spendable && (!retries || retries.spend()) && own.spend();
    }

    async function measured(call: Call, next: Send): Promise<Reply> {
      const begun = clock.precise();
      const reply = await next(call);
      if (reply.outcome === 'ok') latency.add(clock.precise() - begun);
      return reply;
    }

    async function hedged(call: Call, next: Send, delayMs: number): Promise<Reply> {
      const begun = clock.precise();
      const first = begin(call, (one) => measured(one, next));
      const early = await within(first.reply, delayMs, clock, call.invocation);
      if (early) return early;
      if (clock.now() >= call.deadlineAt || call.signal.aborted || !spend()) return first.reply;
      // Retry counts it, and the callee sees that it is a repetition.
      call.attempt++;
      instance.recorder.internal(`hedge:sent:${dependency}`);
      const second = begin(call, next);
      const { reply, won } = await firstGood(first, second);
      call.trace?.note('hedge', won ? 'won' : 'lost');
      if (won) {
        instance.recorder.internal(`hedge:won:${dependency}`);
        // It took at least as long: without the slow ones the percentile would fall with every hedge.
        latency.add(clock.precise() - begun);
      }
      return reply;
    }

    return function hedgeStage(call, next) {
      if (!mayBeHedged(call)) return next(call);
      own.earn();
      const delayMs = fixedMs ?? latency.p95();
      return delayMs === undefined ? measured(call, next) : hedged(call, next, delayMs);
    };
  },
};

/** The first attempt of a request that nobody repeats, at what may be done twice. */
function mayBeHedged({ invocation, attempt, idempotency }: Call): boolean {
  return (
    attempt === 1 &&
    (idempotency === 'safe' || idempotency === 'key') &&
    invocation.attempt === 1 &&
    !invocation.noRetry &&
    !invocation.ended
  );
}

const isGood = ({ outcome }: Reply) => outcome !== 'refused' && !isBad(outcome);

/** The other is ended. Without a good answer that of the first attempt stands. */
async function firstGood(first: Attempt, second: Attempt): Promise<{ readonly reply: Reply; readonly won: boolean }> {
  const early = await Promise.race([
    first.reply.then((reply) => ({ reply, won: false })),
    second.reply.then((reply) => ({ reply, won: true })),
  ]);
  if (isGood(early.reply)) {
    (early.won ? first : second).supersede();
    return early;
  }
  const late = { reply: await (early.won ? first : second).reply, won: !early.won };
  if (isGood(late.reply)) return late;
  const [own, other] = early.won ? [late.reply, early.reply] : [early.reply, late.reply];
  // Whichever of them says that nothing helps has said it of this call, and whichever was sent was sent for it.
  const reply = { ...own, ...(other.never ? { never: true } : {}), sent: own.sent || other.sent };
  return { reply, won: false };
}
