// The product: its own outbound stage on an instance of its own, beside a store behind its own guard.
import type { Context } from 'aws-lambda';
import { breakerOutbound } from '../../../middleware/breaker/index.ts';
import { Instance } from '../../../middleware/kernel/instance.ts';
import { Invocation } from '../../../middleware/kernel/invocation.ts';
import type { Reply, Stage } from '../../../middleware/kernel/outbound.ts';
import type { DependencyRule } from '../../../middleware/kernel/rules/document.ts';
import { SYNC_LIMIT_MS } from '../../../middleware/kernel/sync.ts';
import { triggerOf } from '../../../middleware/kernel/trigger.ts';
import { recordOf } from '../../../store/items/breaker-record.ts';
import { guardedTable } from '../../../store/guard.ts';
import { keys } from '../../../store/keys.ts';
import type { Caller, Place, Send, Subject } from './subject.ts';

const SERVICE = 'simulated';
const DEPENDENCY = 'dependency';
const LIMIT_MS = 30_000;
const EVENT = {};
const TRIGGER = triggerOf(EVENT);
const FAILED: Reply = { outcome: 'error', error: new Error('the dependency failed'), sent: true };
const WELL: Reply = { outcome: 'ok', sent: true };

const nothing = () => {};
/** Nobody gives up here. */
const { signal } = new AbortController();
const getRemainingTimeInMillis = () => LIMIT_MS;

/** The product contains what goes wrong within it, but nothing simulated is to blame for more than a store without an answer. */
function warned(text: string, fields: Record<string, unknown>, failed: (error: unknown) => void): void {
  if (text === 'flyball could not sync' && fields['error'] !== 'StoreUnavailable') failed({ text, ...fields });
}

class FlyballCaller implements Caller {
  readonly #id: string;
  readonly #instance: Instance;
  readonly #stage: Stage;
  #invocation: Invocation | undefined;
  #invocations = 0;

  constructor({ id, sandbox, store, random, failed }: Place, rule: DependencyRule) {
    const { clock } = sandbox;
    const table = guardedTable(
      store.tableOf({ now: () => clock.now(), deliver: (news) => sandbox.deliver(news) }),
      clock,
    );
    this.#id = id;
    this.#instance = new Instance({
      ...{ service: SERVICE, id, functionName: SERVICE, functionVersion: '1' },
      ...{ clock, random, table },
      logger: { debug: nothing, info: nothing, error: failed, warn: (text, fields) => warned(text, fields, failed) },
      storeAway: () => table.state(clock.now()) !== 'closed',
    });
    const stage = breakerOutbound.stage(DEPENDENCY, rule, this.#instance);
    if (!stage) throw new Error('the rule gives the breaker nothing to do');
    this.#stage = stage;
  }

  async invoke(send: Send): Promise<'sent' | 'refused'> {
    const instance = this.#instance;
    const now = instance.clock.now();
    const context = { awsRequestId: `${this.#id}/${this.#invocations++}`, getRemainingTimeInMillis };
    const { snapshot } = instance.rules;
    const invocation = new Invocation(instance, snapshot, TRIGGER, EVENT, context as Context, now);
    instance.cold = false;
    instance.syncs.startDue(now);
    this.#invocation = invocation;
    const call = {
      ...{ invocation, dependency: DEPENDENCY, operation: undefined, idempotency: 'none' as const },
      ...{ attempt: 1, deadlineAt: invocation.deadlineAt, signal },
    };
    const reply = await this.#stage(call, async () => ((await send()) ? FAILED : WELL));
    return reply.outcome === 'refused' ? 'refused' : 'sent';
  }

  settle(): Promise<void> | undefined {
    const invocation = this.#invocation;
    if (!invocation) return undefined;
    const { syncs } = this.#instance;
    invocation.ended = true;
    invocation.dispose();
    return syncs.idle ? undefined : syncs.settle(invocation.settleMs(SYNC_LIMIT_MS));
  }
}

export const flyball: Subject = {
  name: 'flyball',
  fleet({ rule }) {
    const { pk } = keys.breaker(SERVICE, DEPENDENCY);
    return {
      caller: (place) => new FlyballCaller(place, { breaker: rule }),
      stateOf(item) {
        if (item['pk'] !== pk) return undefined;
        const { state, epoch } = recordOf(item);
        return { kind: state.kind, epoch, ...(state.kind === 'OPEN' ? { openForMs: state.openForMs } : {}) };
      },
    };
  },
};
